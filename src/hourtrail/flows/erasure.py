"""Erasing a person (GDPR art. 17): first what would go, then, with that answer's token, for good."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from hourtrail.domain.decision import require_person
from hourtrail.domain.erasure import Eraser, is_pseudonym, new_pseudonym
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed
from hourtrail.domain.retention import require_no_hold
from hourtrail.store import Store, TenantStore
from hourtrail.store.erased_form import Left
from hourtrail.store.erasure import Plan, wipe_freed

LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What would be done, or was: ``counts`` by table; ``confirm`` is the token with which it is done (empty once it was).

    ``pseudonym`` stands in the person's place from then on; it is told once, here and in the audit trail.
    ``wiped``: what the deleted rows left in a SQLite file was overwritten too. ``left`` are places that go on naming the
    person, at most a thousand of ``left_in_all``: somebody looks at them and says what to do.
    """

    counts: dict[str, dict[str, int]]
    left: Sequence[Left] = ()
    left_in_all: int = 0
    confirm: str = ""
    pseudonym: str = ""
    wiped: bool = False


def look_before_erasing(store: Store, tenant: str, person: str, actor: str) -> Erasure:
    """What erasing the person would remove and rewrite, and the token that says that somebody saw it.

    Raises NotAllowed for a service or for oneself, NotFound when nothing is held, Conflict under a legal hold.
    """
    _require(person, actor)
    with store.tenant(tenant, read_only=True) as db:
        require_no_hold(db.settings().retention, person)
        plan, _ = _planned(db, person, datetime.now(UTC))
        return Erasure(
            counts=plan.counts(),
            confirm=_token(db, person, actor, plan),
            left=plan.left,
            left_in_all=plan.left_counts.total(),
        )


def erase(
    store: Store,
    tenant: str,
    person: str,
    actor: str,
    *,
    reason: str,
    confirm: str,
    request: str = "",
    now: datetime | None = None,
) -> Erasure:
    """Erase for good, in one transaction. ``reason`` and ``request`` (the person's, by its number) stay in the audit trail.

    Raises Conflict when what is held has changed since ``confirm`` was given; and as ``look_before_erasing`` does.
    """
    _require(person, actor)
    if not reason.strip() or len(reason) > LONGEST_REASON or len(request) > LONGEST_REASON:
        raise InvalidInput(f"say why, in 1 to {LONGEST_REASON} characters; name the request, not the person")
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        require_no_hold(db.settings().retention, person)
        plan, eraser = _planned(db, person, at)
        if not hmac.compare_digest(_token(db, person, actor, plan).encode(), confirm.encode("utf-8", "surrogatepass")):
            raise Conflict("what is held about this person is not what you confirmed; look again and confirm that")
        told = [eraser.text(text) for text in (reason, request)]
        if any(map(eraser.names.stand_in, told)):
            raise InvalidInput("the reason stays in the audit trail: name the person's request in it, not the person")
        db.erase(plan, eraser, actor=actor, reason=told[0], request=told[1], at=at)
    return Erasure(
        counts=plan.counts(), pseudonym=eraser.pseudonym, wiped=wipe_freed(store.engine), left=plan.left,
        left_in_all=plan.left_counts.total(),
    )  # fmt: skip


def erasure_to_json(row: Erasure) -> dict[str, Any]:
    """As the command and the API show it."""
    return {
        "erased": bool(row.pseudonym),
        **row.counts,
        "left": [asdict(place) for place in row.left],
        "left_in_all": row.left_in_all,
        "confirm": row.confirm,
        "pseudonym": row.pseudonym,
        "wiped": row.wiped,
    }


def _require(person: str, actor: str) -> None:
    require_person(actor)
    if actor == person:
        raise NotAllowed("nobody erases themself: ask an administrator, whose name then stands in the audit trail")
    if is_pseudonym(person):
        raise Conflict(f"{person} stands for somebody who was erased already")


def _planned(db: TenantStore, person: str, at: datetime) -> tuple[Plan, Eraser]:
    names = db.names_of(person)
    eraser = Eraser(names, new_pseudonym())
    return db.plan_erasure(names, eraser, at), eraser


def _token(db: TenantStore, person: str, actor: str, plan: Plan) -> str:
    """The same as long as the same is held; made from counts alone, so that it tells nothing."""
    counts = plan.counts()
    # Looking leaves traces of its own: a session that is seen, an answer that is kept for a retry.
    held = {
        kind: {name: number for name, number in rows.items() if name not in {"kept_answer", "session", "text_vector"}}
        for kind, rows in counts.items()
    }
    text = json.dumps([db.tenant, person, actor, held], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
