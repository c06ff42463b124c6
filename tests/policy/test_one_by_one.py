"""What the policy keeps from being accepted in bulk: by amount, client, confidence and contract, each with its reason."""

from decimal import Decimal

import pytest

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Contract, ContractKind, WorkItem
from hourtrail.domain.money import Money
from hourtrail.policy.one_by_one import OneByOne
from hourtrail.policy.review import from_mapping, load, to_mapping

ITEM = WorkItem("acme", "portal", "DEV")
REGULATED = Contract(id="C-1", client="acme", kind=ContractKind.TIME_AND_MATERIALS, regulated=True)


def why(rule: OneByOne, *, confidence: float | None = 0.8, worth: str | None = "500", billed: bool = True) -> str:
    money = None if worth is None else Money(Decimal(worth), "EUR")
    return rule.why_alone(ITEM, REGULATED, confidence=confidence, worth=money, billed=billed)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""), ("amount = 500", "500"), ("amount = 500.01", ""), ('amount = "499.99"', "499.99"), ('clients = ["acme"]', "acme"),
        ('clients = ["initech"]', ""), ("confidence_below = 0.8", ""), ("confidence_below = 0.81", "81%"),
        ("regulated = true", "C-1 is regulated"), ("regulated = false", ""),
    ],
)  # fmt: skip
def test_each_rule_says_why(text: str, words: str) -> None:
    rule = load(f'version = "t"\n[one_by_one]\n{text}').one_by_one
    said = why(rule)
    assert bool(said) == bool(words)
    assert words in said
    assert from_mapping(to_mapping(load(f'version = "t"\n[one_by_one]\n{text}'))).one_by_one == rule


def test_the_amount_of_a_week_is_kept_and_keeps_back_nothing_of_one_item() -> None:
    policy = load('version = "t"\n[one_by_one]\namount_a_week = 900')
    assert policy.one_by_one == OneByOne(amount_a_week=Decimal(900))
    assert from_mapping(to_mapping(policy)) == policy
    assert why(policy.one_by_one) == ""


def test_what_nobody_can_price_counts_as_dear_and_what_is_not_billed_as_nothing() -> None:
    rule = OneByOne(amount=Decimal(1000))
    assert "no rate is known" in why(rule, worth=None)
    assert why(rule, worth=None, billed=False) == ""
    assert why(rule, worth="9999", billed=False) == ""
    assert why(OneByOne(confidence_below=0.99), confidence=None) == "", (
        "where no model spoke there is nothing to be unsure of"
    )


def test_all_reasons_are_told_together() -> None:
    said = why(OneByOne(amount=Decimal(1), clients=frozenset({"acme"}), confidence_below=0.9, regulated=True))
    assert said.count(";") == 3


def test_every_fault_is_named_at_once() -> None:
    text = 'version = "t"\n[one_by_one]\namount = -1\namount_a_week = true\nclients = ["", 3]\nconfidence_below = 2\nregulated = "yes"\nclient = "acme"'
    with pytest.raises(InvalidInput) as refused:
        load(text)
    for name in ("amount", "amount_a_week", "clients", "confidence_below", "regulated", "client: unknown"):
        assert f"one_by_one.{name}" in str(refused.value)
    for bad in ("amount = nan", "amount = inf", "amount = true", 'amount = "much"', "confidence_below = nan"):
        with pytest.raises(InvalidInput, match="one_by_one"):
            load(f'version = "t"\n[one_by_one]\n{bad}')
    with pytest.raises(InvalidInput, match="must be a table"):
        load('version = "t"\none_by_one = 3')
