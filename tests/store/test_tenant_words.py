"""What is said of a tenant: its settings, its state, its logo; on both databases."""

from datetime import timedelta

import pytest
from tests.store.samples import NINE, activity

from hourtrail.domain.errors import Conflict, InvalidInput
from hourtrail.domain.settings import Feature, TenantSettings
from hourtrail.domain.tenant import TenantState, TenantSuspended
from hourtrail.store import Store

DOCUMENT = {
    "brand": {"product": "Acme Hours", "colour": "#663399", "hosts": ["hours.acme.example"]},
    "features": {"tier": "starter", "on": ["prefill"]},
    "retention": {"raw_activity_days": 30, "held_people": ["ann"]},
    "privacy": {"rules": [{"name": "private", "action": "drop", "sensitivity": "private"}]},
}


def test_without_a_word_the_defaults_hold(store: Store) -> None:
    with store.tenant("t", read_only=True) as db:
        assert db.settings() == TenantSettings()
        assert db.settings_history() == []
        assert db.standing() is None
        db.require_active()


def test_the_newest_version_is_in_force_and_every_one_stays(store: Store) -> None:
    with store.tenant("t") as db:
        first = db.change_settings(DOCUMENT, actor="kim", at=NINE, reason="set up")
        again = db.change_settings(DOCUMENT, actor="eve", at=NINE, reason="the same")
        second = db.change_settings({}, actor="kim", at=NINE, reason="back", based_on=1)
        with pytest.raises(Conflict, match="version 2"):
            db.change_settings(DOCUMENT, actor="kim", at=NINE, reason="late", based_on=1)
    assert (first.version, again.version, second.version) == (1, 1, 2)
    with store.tenant("t", read_only=True) as db:
        assert db.settings() == second
        assert [(row.version, row.actor, row.reason) for row in db.settings_history()] == [
            (1, "kim", "set up"), (2, "kim", "back"),
        ]  # fmt: skip
        assert db.settings_document(1)["privacy"]["rules"][0]["sensitivity"] == "private"  # type: ignore[index]
        events = [(event.action.text, payload) for event, payload in db.audit_trail()]
    with store.tenant("other", read_only=True) as db:
        assert (db.settings().version, db.settings_history(), db.settings_document(1)) == (0, [], None)
    assert [name for name, _ in events] == ["operator:settings:changed"] * 2
    told = str(events[0][1])
    assert "privacy.rules" in told
    assert "hours.acme.example" not in told
    assert first.features.has(Feature.PREFILL)
    assert not first.features.has(Feature.REVIEW_QUEUE)


def test_a_document_that_a_newer_version_wrote_is_still_read(store: Store) -> None:
    with store.tenant("t") as db:
        db.change_settings(DOCUMENT, actor="kim", at=NINE, reason="")
        from hourtrail.store.tenant_schema import tenant_settings  # noqa: PLC0415 - only this test writes one by hand

        newer = {"brand": {"product": "X", "sound": "loud"}, "moon": {"phase": 1}}
        row = {"version": 2, "actor": "kim", "reason": "", "digest": "d", "at": NINE, "document": newer}
        db._add(tenant_settings, [row])
        assert db.settings().brand.product == "X"


def test_a_tenant_is_entered_with_its_first_record_and_listed(store: Store) -> None:
    with store.tenant("b") as db:
        db.change_settings(DOCUMENT, actor="kim", at=NINE, reason="")
    with store.tenant("a") as db:
        assert db.say_state(TenantState.ACTIVE, actor="kim", at=NINE, reason="new customer")
        assert not db.say_state(TenantState.ACTIVE, actor="kim", at=NINE, reason="again")
        assert db.say_state(TenantState.SUSPENDED, actor="kim", at=NINE + timedelta(days=1), reason="unpaid")
        with pytest.raises(TenantSuspended, match="suspended on"):
            db.require_active()
    assert [(word.tenant, word.state.value, word.reason) for word in store.tenants()] == [
        ("a", "suspended", "unpaid"), ("b", "active", "its first record"),
    ]  # fmt: skip
    with store.tenant("a") as db:
        db.say_state(TenantState.ACTIVE, actor="kim", at=NINE, reason="paid")
        db.require_active()
        assert [event.action.text for event in db.audit_events()] == [
            "operator:tenant:created", "operator:tenant:suspended", "operator:tenant:resumed",
        ]  # fmt: skip


def test_a_logo_is_the_tenants_own(store: Store) -> None:
    with store.tenant("a") as db:
        db.put_logo("d", b"png", NINE)
        db.put_logo("d", b"other", NINE)
        assert db.logo("d") == b"png"
    with store.tenant("b", read_only=True) as db:
        assert db.logo("d") is None


def test_documents_that_say_too_much_or_too_little_are_refused_whole(store: Store) -> None:
    with store.tenant("t") as db:
        db.put_activities([activity(0)])
        with pytest.raises(InvalidInput) as caught:
            db.change_settings(
                {"brand": {"colour": "#ffff00"}, "limits": {"person_per_minute": 0}, "moon": {}, "features": {"tier": "free"}},
                actor="kim", at=NINE, reason="",
            )  # fmt: skip
        assert db.settings_history() == []
    for word in ("moon: unknown", "contrast", "limits.person_per_minute", "features.tier"):
        assert word in str(caught.value)
