"""People who act at the same moment: whoever waits is answered, never killed for it, and overwrites nothing unseen."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.databases import meanwhile, until_it_waits
from tests.flows.firm import EVENING, FRIDAY, MONDAY, TUESDAY
from tests.flows.test_confidence import ADA, MODELS, NOW, meeting
from tests.store import samples

from hourtrail.domain.confidence import Controls, Mode
from hourtrail.domain.decision import Verdict
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict
from hourtrail.domain.suggestion import Band, SuggestionStatus
from hourtrail.flows import confidence, suggest
from hourtrail.flows.clearing import ClearRequest, clear_rest
from hourtrail.flows.confidence import renew_controls
from hourtrail.flows.decide import Decided, Request, decide, decide_in
from hourtrail.flows.decide_batch import decide_batch
from hourtrail.flows.modes import set_mode

DANA = "dana@firm.example"


def accept(name):
    return Request(suggestion=name, verdict=Verdict.ACCEPT, actor=ADA)


def proposed(firm):
    """The ids of two open suggestions, in their order."""
    firm.tables()
    firm.activities(meeting(), meeting("n", 13, "PORTAL-8 login of the portal"))
    names = sorted(row.id for row in firm.suggest(models=MODELS).suggestions if row.item)
    assert len(names) == 2
    return names


def test_a_batch_waits_for_who_decides_on_one_of_its_suggestions(firm_on_both):
    firm = firm_on_both
    first, second = proposed(firm)
    answers = meanwhile(
        firm.store,
        firm.tenant,
        lambda db: db.suggestion(second, lock=True),
        lambda: decide_batch(firm.store, firm.tenant, [accept(first), accept(second)]),
        lambda db: decide_in(db, accept(second), NOW),
    )
    assert [type(row) for row in answers] == [Decided, Conflict]
    assert len(firm.export("decisions")) == 2


def test_who_confirms_at_that_moment_does_not_keep_the_mode_up(firm_on_both):
    firm = firm_on_both
    first, second = proposed(firm)
    meanwhile(
        firm.store,
        firm.tenant,
        lambda db: db.suggestion(second, lock=True),
        lambda: set_mode(firm.store, firm.tenant, Mode.SHADOW, ADA, MODELS, now=NOW),
        lambda db: decide_in(db, accept(second), NOW),
    )
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        assert db.controls()[0].mode is Mode.SHADOW
        assert db.suggestion(first).item is None
        decided = db.suggestion(second)
    assert (decided.status, decided.item is None) == (SuggestionStatus.DECIDED, False)


@pytest.mark.parametrize("lower", [Mode.SUGGEST, Mode.SHADOW])
@pytest.mark.parametrize("when", ["between two people", "while one's rows are made"])
def test_a_run_that_began_before_the_mode_was_lowered_fills_nothing_in_afterwards(
    firm_on_both, monkeypatch, lower, when
):
    firm = firm_on_both
    firm.tables()
    firm.activities(meeting(), meeting("n", 11, person="ben@firm.example"))
    with firm.store.tenant(firm.tenant) as db:
        db.put_controls(Controls(mode=Mode.PREFILL, model="rules"), [], "kim", EVENING)
    propose_all, begun = suggest.propose_all, []

    def lowered():
        set_mode(firm.store, firm.tenant, lower, ADA, MODELS, now=NOW)

    with ThreadPoolExecutor(1) as pool:

        def proposing(*given, **more):
            if not begun:
                begun.append(pool.submit(lowered))
                until_it_waits(firm.store, begun[0])
            return propose_all(*given, **more)

        def between(done, _of):
            if done == 1:
                lowered()

        if when != "between two people":
            monkeypatch.setattr(suggest, "propose_all", proposing)
        progress = between if when == "between two people" else None
        suggest.suggest(
            firm.store, firm.tenant, first=MONDAY, last=FRIDAY, models=MODELS, now=EVENING, progress=progress
        )
        for one in begun:
            one.result(60)
    rows = firm.open()
    assert {row.person for row in rows} == {ADA, "ben@firm.example"}
    assert {row.band for row in rows} == {Band.SUGGEST if lower is Mode.SUGGEST else Band.WITHHOLD}
    assert all((row.item is None) == (lower is Mode.SHADOW) for row in rows)


def test_the_nightly_job_does_not_put_back_the_mode_that_somebody_lowered_meanwhile(firm_on_both, monkeypatch):
    firm = firm_on_both
    first, _ = proposed(firm)
    with firm.store.tenant(firm.tenant) as db:
        db.put_controls(Controls(mode=Mode.PREFILL, model="rules"), [], "kim", EVENING)
    decide(firm.store, firm.tenant, accept(first), now=EVENING)
    modes = []

    def advance(controls, fresh, *_unused, **_more):
        if not modes and firm.store.engine.dialect.name == "postgresql":
            # On SQLite the job is the one writer until it ends.
            set_mode(firm.store, firm.tenant, Mode.SUGGEST, ADA, MODELS, now=NOW)
        modes.append(controls.mode)
        return replace(controls, temperature=0.9), []

    monkeypatch.setattr(confidence, "advance", advance)
    renew_controls(firm.store, firm.tenant, MODELS, now=NOW)
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        now = db.controls()[0]
    on_both = firm.store.engine.dialect.name == "postgresql"
    assert modes == ([Mode.PREFILL, Mode.SUGGEST] if on_both else [Mode.PREFILL])
    assert (now.mode, now.temperature) == (modes[-1], 0.9)


def test_clearing_waits_for_who_moves_entries_in_the_order_in_which_they_wait(firm_on_both):
    """The later entry comes first in the list of what is cleared, and last where entries are moved."""
    firm = firm_on_both
    firm.tables()
    rows = [
        samples.entry(f"te_{place}", person=ADA, decision="", status=EntryStatus.SUBMITTED, date=day)
        for place, day in enumerate((TUESDAY, MONDAY))
    ]
    with firm.store.tenant(firm.tenant) as db:
        db.put_entries(rows)
    asked = ClearRequest(actor=DANA, first=MONDAY, last=TUESDAY)
    done = meanwhile(
        firm.store,
        firm.tenant,
        lambda db: db.lock_entries(["te_0"]),
        lambda: clear_rest(firm.store, firm.tenant, asked, now=NOW),
        lambda db: db.lock_entries(["te_1"]),
    )
    assert done.cleared == 2
