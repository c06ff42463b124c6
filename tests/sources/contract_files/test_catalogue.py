"""The one description of the contracts: it agrees with the domain, and what is published agrees with it."""

import dataclasses
from pathlib import Path

import pytest

from hourtrail.domain.errors import InvalidInput
from hourtrail.sources.contract_files.catalogue import DATA_CONTRACTS
from hourtrail.sources.contract_files.columns import ITEM_PARTS
from hourtrail.sources.contract_files.reference import reference_page
from hourtrail.sources.contract_files.schemas import schema_of, write_schemas

ROOT = Path(__file__).parents[3]
CONTRACTS = pytest.mark.parametrize("contract", DATA_CONTRACTS.values(), ids=DATA_CONTRACTS)
COLUMNS = [(contract, column) for contract in DATA_CONTRACTS.values() for column in contract.columns]

REQUIRED = {
    "activities": {"source", "external_id", "kind", "person", "start"},
    "tasks": {"client", "project"},
    "assignments": {"person", "client", "project"},
    "people": {"person"},
    "contracts": {"contract", "client", "kind"},
    "rate-cards": {"contract", "hourly_rate", "currency"},
    "holidays": {"calendar", "date"},
    "periods": {"from", "to", "status"},
    "milestones": {"contract", "milestone"},
    "tax-rates": {"tax_code", "rate", "valid_from"},
    "time-entries": {"id", "person", "date", "minutes", "project"},
    "clients": {"client"},
    "projects": {"client", "project"},
    "expenses": {"source", "external_id", "person", "date", "client", "project", "amount", "currency"},
    "payments": {"source", "external_id", "draft", "amount", "currency", "received_on"},
}


def _default(contract, attribute):
    field = next(field for field in dataclasses.fields(contract.record) if field.name == attribute)
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


def test_required_columns_are_the_published_ones():
    assert {word: set(contract.required) for word, contract in DATA_CONTRACTS.items()} == REQUIRED


@pytest.mark.parametrize(("contract", "column"), COLUMNS, ids=[f"{c.word}-{column.name}" for c, column in COLUMNS])
def test_every_column_fills_an_attribute_and_states_its_true_default(contract, column):
    if contract.books_on_item and column.name in ITEM_PARTS:
        assert column.default == ""
        return
    default = _default(contract, column.fills)
    if column.required:
        assert not column.default
    elif column.default:
        assert column.type.parser(None)(column.default) == default
    else:
        assert default in (None, "", ())


@CONTRACTS
def test_every_attribute_of_the_record_is_filled_by_a_column(contract):
    # Of a time entry, what the system itself decides cannot be imported.
    own = {"extra", "billable_minutes", "suggestion", "decision"}
    fills = {column.fills for column in contract.columns}
    if contract.books_on_item:
        fills = fills - set(ITEM_PARTS) | {"item"}
    assert {field.name for field in dataclasses.fields(contract.record)} - own == fills - own


@CONTRACTS
def test_identity_and_order_name_columns(contract):
    assert contract.names.issuperset(contract.identity)
    assert contract.names.issuperset(name for pair in contract.ordered for name in pair)
    assert set(contract.required).issuperset(contract.given)


def test_committed_schemas_are_what_the_code_generates(tmp_path):
    for path in write_schemas(tmp_path):
        committed = ROOT / "data" / "contracts" / path.name
        assert committed.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), (
            f"{path.name} is stale: python -m hourtrail.sources.contract_files.schemas data/contracts"
        )


def test_committed_reference_page_is_what_the_code_generates():
    committed = ROOT / "docs" / "reference" / "data-files.md"
    assert committed.read_text(encoding="utf-8") == reference_page(), (
        f"stale: python -m hourtrail.sources.contract_files.reference {committed.relative_to(ROOT)}"
    )


@CONTRACTS
def test_schema_names_every_column_with_its_meaning(contract):
    schema = schema_of(contract)
    elsewhere = {"source", "external_id"} if contract.directory else set()
    assert set(schema["properties"]) == contract.names | elsewhere
    assert schema["required"] == list(contract.required)
    assert all(body["description"] for body in schema["properties"].values())
    assert all("type" in body or "enum" in body for body in schema["properties"].values())


@pytest.mark.parametrize(
    ("type_of", "bad"),
    [
        (("people", "weekly_hours"), "१२"),
        (("people", "weekly_hours"), "1_0"),
        (("people", "weekly_hours"), "NaN"),
        (("people", "workdays"), "0-5"),
        (("people", "workdays"), "Mo-Fr"),
        (("people", "zone"), "../../etc/passwd"),
        (("time-entries", "minutes"), "९०"),
        (("time-entries", "minutes"), "9" * 5000),
        (("time-entries", "date"), "2026-W10-1"),
        (("time-entries", "date"), "20260302"),
        (("time-entries", "date"), "2026-13-01"),
        (("time-entries", "start"), "2026-03-02"),
        (("time-entries", "start"), "0001-01-01T00:00:00+14:00"),
        (("time-entries", "hourly_rate"), "1e400"),
        (("time-entries", "hourly_rate"), "9" * 400),
        (("time-entries", "billable"), "depends"),
        (("time-entries", "project"), "P" * 1001),
        (("time-entries", "narrative"), "n" * 100_001),
        (("activities", "participants"), "a;" * 1001),
        (("activities", "label"), "[" * 100_000),
        (("activities", "label"), '{"client": 5}'),
    ],
)
def test_a_bad_cell_is_refused_in_words(type_of, bad):
    word, name = type_of
    column = next(column for column in DATA_CONTRACTS[word].columns if column.name == name)
    with pytest.raises(InvalidInput) as refused:
        column.type.parser(None)(bad)
    assert len(str(refused.value)) < 300
