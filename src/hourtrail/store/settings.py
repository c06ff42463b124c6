"""What is said of the tenant itself: the versions of its settings, whether it is suspended, its logo."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hourtrail.domain.errors import Conflict
from hourtrail.domain.settings import SettingsChange, TenantSettings
from hourtrail.domain.settings_wire import changed_keys, settings_digest, settings_from_mapping, settings_to_mapping
from hourtrail.domain.tenant import TenantState, TenantSuspended, TenantWord
from hourtrail.store.audit import Audit
from hourtrail.store.records import record_of
from hourtrail.store.schema import activity, person, task, time_entry
from hourtrail.store.tenant_schema import brand_logo, tenant_settings, tenant_state


class TenantWords(Audit):
    """Append-only: the newest version and the newest word are in force."""

    def settings(self) -> TenantSettings:
        """Those in force; the defaults, version 0, where none were ever put."""
        table = tenant_settings
        row = self._one(
            self._select(table, table.c.version, table.c.document).order_by(table.c.version.desc()).limit(1)
        )
        if row is None:
            return TenantSettings()
        found = settings_from_mapping(row["document"], f"settings of {self.tenant}", known_only=False)
        return replace(found, version=int(row["version"]))

    def change_settings(
        self,
        document: Mapping[str, Any],
        *,
        actor: str,
        at: datetime,
        reason: str,
        based_on: int | None = None,
    ) -> TenantSettings:
        """Put a whole document in force, with ``operator:settings:changed``; what it leaves out has its default.

        Nothing happens when nothing differs. The event names the keys that changed, never a value. Raises InvalidInput for
        a document that cannot be read, Conflict when ``based_on`` is no longer the version in force.
        """
        wanted = settings_from_mapping(document)
        self._lock_chain()
        before = self.settings()
        if based_on is not None and based_on != before.version:
            raise Conflict(
                f"version {before.version} of the settings is in force, not {based_on}; look at it and change that one"
            )
        written = settings_to_mapping(wanted)
        changed = changed_keys(settings_to_mapping(before), written)
        if not changed:
            return before
        made = replace(wanted, version=before.version + 1)
        digest = settings_digest(written)
        self._add(
            tenant_settings,
            [
                {
                    "version": made.version, "actor": actor, "reason": reason, "digest": digest, "at": at,
                    "document": written,
                }
            ],
        )  # fmt: skip
        self.record(
            actor=actor, action="operator:settings:changed", object_id=f"settings-{made.version}", at=at,
            payload={"digest": digest, "changed": changed, "reason": reason},
        )  # fmt: skip
        return made

    def settings_history(self) -> list[SettingsChange]:
        """Every version, oldest first, without its document."""
        table = tenant_settings
        names = ("version", "actor", "reason", "at", "digest")
        rows = self._all(self._select(table, *(table.c[name] for name in names)).order_by(table.c.version))
        return [record_of(SettingsChange, row) for row in rows]

    def settings_document(self, version: int) -> dict[str, Any] | None:
        """The document of one version; None where there is none."""
        row = self._one(
            self._select(tenant_settings, tenant_settings.c.document).where(tenant_settings.c.version == version)
        )
        return dict(row["document"]) if row is not None else None

    def standing(self) -> TenantWord | None:
        """The newest word on the tenant; None for one that nothing was ever recorded of."""
        row = self._one(self._select(tenant_state).order_by(tenant_state.c.place.desc()).limit(1))
        return record_of(TenantWord, row) if row is not None else None

    def is_known(self) -> bool:
        """Whether there is such a tenant: it was made, or something of it was recorded or read."""
        tables = (activity, person, task, time_entry)
        return (
            self.standing() is not None
            or bool(self.audit_head())
            or any(self._one(self._select(table, table.c.tenant).limit(1)) for table in tables)
        )

    def require_active(self) -> None:
        """Raises TenantSuspended."""
        word = self.standing()
        if word is not None and word.state is TenantState.SUSPENDED:
            raise TenantSuspended(
                f"the access of {self.tenant!r} was suspended on {word.at.date()}; everything is kept, and whoever runs this"
                " installation can let it go on"
            )

    def say_state(self, state: TenantState, *, actor: str, at: datetime, reason: str) -> bool:
        """Suspend the tenant or let it go on, with ``operator:tenant:suspended`` or ``resumed``. False when it stands so."""
        self._lock_chain()
        before = self.standing()
        if before is not None and before.state is state:
            return False
        self._add_state(state, actor=actor, reason=reason, at=at)
        verb = {TenantState.SUSPENDED: "suspended", TenantState.ACTIVE: "resumed" if before else "created"}[state]
        self.record(
            actor=actor, action=f"operator:tenant:{verb}", object_id=self.tenant, at=at, payload={"reason": reason}
        )
        return True

    def put_logo(self, digest: str, content: bytes, at: datetime) -> None:
        """Keep a picture under its digest; settings name the one in use."""
        if self.logo(digest) is None:
            self._add(brand_logo, [{"digest": digest, "content": content, "at": at}])

    def logo(self, digest: str) -> bytes | None:
        """The picture with this digest."""
        row = self._one(self._select(brand_logo, brand_logo.c.content).where(brand_logo.c.digest == digest))
        return bytes(row["content"]) if row is not None else None
