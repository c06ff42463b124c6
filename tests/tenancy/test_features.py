"""Parts of the product are switched for each tenant: on routes, in flows, and off the pages."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.tenancy.houses import NINE, House, house

from hourtrail.checks import CheckPolicy
from hourtrail.domain.access import Role
from hourtrail.domain.confidence import Controls, Mode
from hourtrail.domain.settings import Feature
from hourtrail.flows.check_ground import Rules
from hourtrail.flows.confidence import policy_of
from hourtrail.flows.habits import ASKS
from hourtrail.policy.roles import permissions_of
from hourtrail.store import Store, open_store
from hourtrail.wiring import load_models
from hourtrail_serving.access import RULES

ASKING = [role for role in Role if role is not Role.PARTNER_ADMIN]
SWITCHED = {key: rule.feature for key, rule in RULES.items() if rule.feature is not None}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_store(str(tmp_path_factory.mktemp("features") / "a.db")) as store, house(store) as found:
        found.make("all")
        found.make("none", features={"tier": "complete", "off": [feature.value for feature in Feature]})
        yield found


def test_the_parts_that_are_sold_apart_are_routes_that_there_are() -> None:
    assert {Feature.REVIEW_QUEUE, Feature.STATELESS_SCORE, Feature.BILLING} <= set(SWITCHED.values())


@pytest.mark.parametrize("key", sorted(SWITCHED), ids=" ".join)
def test_what_is_off_answers_403_and_says_who_can_switch_it_on(served: House, key: tuple[str, str]) -> None:
    method, path = key
    feature = SWITCHED[key]
    assert feature is not None
    role = next(role for role in ASKING if any(need in permissions_of((role,)) for need in RULES[key].needs))
    address = re.sub(r"\{\w+\}", "x", re.sub(r"\{date\}", "2026-03-02", path))
    for tenant, off in (("none", True), ("all", False)):
        answer = served.person(tenant, f"{role}@firm.example", role).request(method, address)
        assert (answer.status_code == 403) == off, answer.text
        if off and path.startswith("/v1"):
            assert answer.json()["type"] == "urn:hourtrail:problem:feature-off"
            assert feature.value in answer.json()["detail"]
            assert "whoever runs this installation" in answer.json()["detail"]


def test_who_lacks_the_permission_is_told_that_and_nothing_of_the_tier(served: House) -> None:
    answer = served.person("none", "cons@firm.example", Role.CONSULTANT).get("/v1/findings")
    assert answer.json()["type"] == "urn:hourtrail:problem:missing-permission"


def test_pages_do_not_offer_what_is_off(served: House) -> None:
    roles = (Role.CONSULTANT, Role.REVIEWER)
    page = {
        name: served.person(name, "both@firm.example", *roles).get("/day?person=x&date=2026-03-02")
        for name in ("all", "none")
    }
    assert 'href="/review"' in page["all"].text
    assert 'href="/review"' not in page["none"].text
    refused = served.person("none", "both@firm.example", *roles).get("/review")
    assert (refused.status_code, "switched off" in refused.text) == (403, True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "a.db")) as opened:
        yield opened


def test_without_prefill_what_was_proven_is_suggested_and_comes_back_with_it(store: Store) -> None:
    models = load_models(rules_only=True)
    with store.tenant("t") as db:
        db.put_controls(Controls(mode=Mode.PREFILL, model=models.scorer.ref.name), [], "kim", NINE)
        assert policy_of(db, models).mode is Mode.PREFILL
        db.change_settings({"features": {"off": ["prefill"]}}, actor="op", at=NINE, reason="")
        without = policy_of(db, models)
        assert (without.mode, without.version.endswith("-no-prefill")) == (Mode.SUGGEST, True)
        db.change_settings({}, actor="op", at=NINE, reason="")
        assert policy_of(db, models).mode is Mode.PREFILL


def test_without_learned_checks_the_rules_check_alone(store: Store) -> None:
    today = date(2026, 3, 2)
    with store.tenant("t") as db:
        assert all(Rules(db, None, today).policy.enabled(name) for name in ASKS)
        db.change_settings({"features": {"off": ["learned_checks"]}}, actor="op", at=NINE, reason="")
        for given in (None, CheckPolicy()):
            policy = Rules(db, given, today).policy
            assert not any(policy.enabled(name) for name in ASKS)
            assert policy.enabled("overlap")
