"""The customers of an installation: made from a template in one act, listed, suspended, let go on."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from hourtrail.domain.access import Role
from hourtrail.domain.brand_picture import picture
from hourtrail.domain.errors import InvalidInput, NotFound
from hourtrail.domain.instants import format_instant
from hourtrail.domain.settings import TenantSettings
from hourtrail.domain.settings_template import TenantTemplate, load_template
from hourtrail.domain.settings_wire import settings_from_mapping, settings_to_mapping
from hourtrail.domain.tenant import Tenant, TenantState, TenantWord
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.people import NewAccount, add_account, grant, new_password
from hourtrail.flows.tenant_settings import apply_policies, require_free_hosts
from hourtrail.store import Store, TenantStore

_SHIPPED: Final = "tenant_templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTenant:
    """What is said of a new customer. ``admin`` is the login name of its first administrator, empty for none yet; with
    ``sso`` they sign in with the identity provider and have no password here.
    """

    name: str
    template: TenantTemplate
    admin: str = ""
    sso: bool = False
    product: str = ""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeTenant:
    """What was made by this call, in words, and what stood there already. ``password`` is told once."""

    name: str
    made: tuple[str, ...]
    kept: tuple[str, ...]
    settings: TenantSettings
    password: str = ""


def templates() -> list[TenantTemplate]:
    """Those that come with the program, by name."""
    folder = files("hourtrail.flows") / _SHIPPED
    found = [one for one in folder.iterdir() if one.name.endswith(".toml")]
    return sorted(
        (load_template(one.read_text(encoding="utf-8"), one.name.removesuffix(".toml")) for one in found),
        key=lambda row: row.name,
    )


def template(name_or_path: str) -> TenantTemplate:
    """A template that comes with the program, by name, or one of one's own, by path. Raises InvalidInput."""
    shipped = {row.name: row for row in templates()}
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path)
    if not path.is_file():
        raise InvalidInput(
            f"there is no template {name_or_path[:80]!r}; there are {', '.join(shipped)}, or name a TOML file"
        )
    try:
        return load_template(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"template {name_or_path[:80]}: this is not UTF-8 text that can be read") from error


def create_tenant(
    store: Store, new: NewTenant, actor: str, *, passwords: Passwords, now: datetime | None = None
) -> MadeTenant:
    """Make a tenant, or what is missing of one that was left half made; what stands there already is not touched.

    First the tenant, its settings, policies and calendar, in one transaction; then its administrator. Raises InvalidInput
    for a name, a template or a host that will not do.
    """
    at = now or datetime.now(UTC)
    name = Tenant(new.name).name
    document = _document(new)
    settings = settings_from_mapping(document, f"template {new.template.name}")
    require_free_hosts(store, name, settings)
    made: list[str] = []
    kept: list[str] = []

    def _note(what: str, fresh: bool) -> None:
        (made if fresh else kept).append(what)

    with store.tenant(name) as db:
        why = f"made from template {new.template.name}"
        _note("tenant", db.standing() is None and db.say_state(TenantState.ACTIVE, actor=actor, at=at, reason=why))
        _note("settings", _first_settings(db, document, new.template, actor, at))
        _note("calendar", _first_calendar(db, new.template, at))
        standing = db.settings()
    password = ""
    if new.admin:
        fresh, password = _admin(store, new, actor, passwords)
        _note(f"administrator {new.admin}", fresh)
    return MadeTenant(name=name, made=tuple(made), kept=tuple(kept), settings=standing, password=password)


def _document(new: NewTenant) -> dict[str, Any]:
    settings = settings_from_mapping(new.template.document, f"template {new.template.name}")
    brand = replace(
        settings.brand, product=new.product or settings.brand.product, hosts=new.hosts or settings.brand.hosts
    )
    return settings_to_mapping(replace(settings, brand=brand))


def _first_settings(
    db: TenantStore, document: dict[str, Any], source: TenantTemplate, actor: str, at: datetime
) -> bool:
    if db.settings().version:
        return False
    made = db.change_settings(document, actor=actor, at=at, reason=f"template {source.name}")
    apply_policies(db, made, actor, at)
    return made.version > 0


def _first_calendar(db: TenantStore, source: TenantTemplate, at: datetime) -> bool:
    """The template's holidays, unless the firm has a calendar of that name already."""
    if any(row.calendar == source.calendar for row in db.master().holidays):
        return False
    days = source.days_off(at.year)
    db.put_master(days)
    return bool(days)


def _admin(store: Store, new: NewTenant, actor: str, passwords: Passwords) -> tuple[bool, str]:
    """Whether the administrator's account is new, and its password where it was given one."""
    try:
        grant(store, new.name, new.admin, [Role.ADMIN], actor, reason="first administrator")
    except NotFound:
        password = "" if new.sso else new_password()
        account = NewAccount(login=new.admin, password=password, roles=(Role.ADMIN,))
        add_account(store, new.name, account, actor, passwords=passwords)
        return True, password
    return False, ""


def set_state(
    store: Store, tenant: str, state: TenantState, actor: str, *, reason: str, now: datetime | None = None
) -> TenantWord:
    """Suspend a tenant, or let it go on. Raises NotFound for one that there is not; nothing happens when it stands so."""
    with store.tenant(tenant) as db:
        if db.standing() is None:
            raise NotFound(f"there is no tenant {tenant[:80]!r}; hourtrail tenants list shows those that there are")
        db.say_state(state, actor=actor, at=now or datetime.now(UTC), reason=reason)
        found = db.standing()
    assert found is not None
    return found


def set_logo(store: Store, tenant: str, content: bytes, actor: str, *, now: datetime | None = None) -> TenantSettings:
    """Keep a picture and make it the tenant's logo. Raises InvalidInput for anything but a small PNG."""
    at = now or datetime.now(UTC)
    logo = picture(content)
    with store.tenant(tenant) as db:
        db.put_logo(logo.digest, logo.content, at)
        before = db.settings()
        after = replace(before, brand=replace(before.brand, logo=logo.digest))
        return db.change_settings(
            settings_to_mapping(after), actor=actor, at=at, reason="another logo", based_on=before.version
        )


def described(store: Store, word: TenantWord) -> dict[str, Any]:
    """What whoever runs the installation, or administers the tenant for a partner, sees of it: nothing that anybody did."""
    with store.tenant(word.tenant, read_only=True) as db:
        settings, accounts = db.settings(), db.accounts()
    return {
        "tenant": word.tenant,
        "state": word.state.value,
        "since": format_instant(word.at),
        "reason": word.reason,
        "product": settings.brand.product,
        "hosts": list(settings.brand.hosts),
        "partner": settings.administration.partner,
        "tier": settings.features.tier.value,
        "features": [feature.value for feature in settings.features.held],
        "settings_version": settings.version,
        "accounts": sum(1 for row in accounts if row.disabled_at is None),
    }


def administered_by(store: Store, partner: str) -> list[TenantWord]:
    """The tenants that ``partner`` looks after by their own settings, and itself, by name."""
    return [word for word in store.tenants() if word.tenant == partner or _looked_after(store, word.tenant, partner)]


def administered(store: Store, partner: str, tenant: str) -> TenantWord:
    """One of them. Raises NotFound for any other, whether there is such a tenant or not."""
    with store.tenant(tenant, read_only=True) as db:
        word, settings = db.standing(), db.settings()
    if word is None or partner not in {tenant, settings.administration.partner}:
        raise NotFound(f"there is no tenant {tenant[:80]!r} that you administer")
    return word


def _looked_after(store: Store, tenant: str, partner: str) -> bool:
    with store.tenant(tenant, read_only=True) as db:
        return db.settings().administration.partner == partner
