"""A rate changes under dual control: one named person proposes it, another approves it, and what was worked keeps its rate."""

from datetime import UTC, datetime

from hourtrail.domain.billing import LastWord, RateChange, Word
from hourtrail.domain.billing.rate_changes import require_ahead, require_second_person
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed
from hourtrail.flows.billing.ground import Ground
from hourtrail.flows.resolve import nearest, require_colleague
from hourtrail.store import Store
from hourtrail.store.billing import KeptRateChange


def propose(store: Store, tenant: str, change: RateChange, *, now: datetime | None = None) -> RateChange:
    """Log a proposed rate; nothing is priced with it yet.

    Raises NotFound for an unknown contract; InvalidInput for a day that is not ahead, another currency than the contract's,
    or a person whom the firm does not know; Conflict when the card has a row from that day already; NotAllowed.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        ground = Ground(db, at.date())
        require_colleague(ground.master, change.actor)
        _require_fit(ground, change)
        db.add_rate_change(change)
    return change


def decide(
    store: Store, tenant: str, change_id: str, word: Word, actor: str, *, note: str = "", now: datetime | None = None
) -> LastWord:
    """Approve, reject or withdraw a proposed rate; approved, it enters the rate card from its day on.

    The rows before it stay as they are: of two rows that hold on a day, the later one wins, so every entry before that day
    keeps its rate. Raises NotAllowed when the proposer approves, or somebody else withdraws; Conflict when it was decided
    before; InvalidInput when its day has come meanwhile.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        ground = Ground(db, at.date())
        require_colleague(ground.master, actor)
        change = db.rate_change(change_id).change
        if word is Word.APPROVED:
            require_second_person(change, actor)
        if word is Word.WITHDRAWN and actor != change.actor:
            raise NotAllowed(f"{change.actor} proposed {change_id}; only they withdraw it, others reject it")
        said = LastWord(object=change_id, kind="rate_change", word=word, actor=actor, at=at, note=note)
        # Said first, so that of two who decide at once the second waits here and is refused.
        db.say_last_word(said, {"proposed_by": change.actor, "contract": change.contract})
        if word is Word.APPROVED:
            _require_fit(ground, change)
            db.put_master([change.rate])
    return said


def rate_changes(store: Store, tenant: str) -> list[KeptRateChange]:
    """Every proposed rate with what became of it, oldest first."""
    with store.tenant(tenant, read_only=True) as db:
        return db.rate_changes()


def _require_fit(ground: Ground, change: RateChange) -> None:
    require_ahead(change, ground.today)
    contract = ground.contract(change.contract)
    rate = change.rate
    if contract.currency and rate.currency != contract.currency:
        raise InvalidInput(
            f"contract {contract.id} is in {contract.currency}; a rate in {rate.currency} does not fit it"
        )
    people = [person.id for person in ground.master.people]
    if rate.person and people and rate.person not in people:
        raise InvalidInput(f"there is no person {rate.person!r}{nearest(rate.person, people)}")
    key = (rate.contract, rate.grade, rate.task, rate.person, rate.valid_from)
    if any((row.contract, row.grade, row.task, row.person, row.valid_from) == key for row in ground.master.rates):
        raise Conflict(
            f"the rate card of {contract.id} has such a row from {rate.valid_from} already; propose another day, so that both"
            " are told apart"
        )
