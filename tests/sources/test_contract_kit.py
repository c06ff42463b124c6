"""Every registered source keeps every promise, on every golden input."""

from pathlib import Path

import pytest
from tests.sources import contract_kit as kit

each_case = pytest.mark.parametrize("case", kit.all_cases(), ids=str)


@pytest.mark.parametrize("source", sorted(kit.registered()))
def test_a_registered_source_has_a_golden_pair(source, update_golden):
    cases = kit.cases_of(source)
    assert cases, f"put an input of {source} into tests/data/{kit.FOLDERS.get(source, source)}/"
    assert len({case.golden for case in cases}) == len(cases), (
        "two inputs share a stem, so they would share a golden file"
    )
    assert update_golden or all(case.golden.exists() for case in cases)


@each_case
def test_golden(case, tmp_path, update_golden):
    kit.check_golden(case, tmp_path, update=update_golden)


@pytest.mark.parametrize("check", kit.CHECKS, ids=lambda check: check.__name__)
@each_case
def test_promise(case, check, tmp_path):
    check(case, tmp_path)


@pytest.mark.parametrize("damage", sorted(kit.HOPELESS))
@each_case
def test_hopeless_input_is_refused_by_name(case, damage, tmp_path):
    kit.check_hopeless(case, tmp_path, damage)


@pytest.mark.parametrize("damage", sorted(kit.PARTIAL))
@each_case
def test_damage_ends_nothing_that_is_whole(case, damage, tmp_path):
    kit.check_partial(case, tmp_path, damage)


def test_a_changed_record_is_shown_as_a_readable_difference(tmp_path):
    case = kit.cases_of("git")[0]
    copy = kit.Case("git", Path(tmp_path / case.input.name))
    copy.input.write_bytes(case.input.read_bytes().replace(b"Tidy the totals", b"Tidy all totals"))
    copy.golden.write_text(case.golden.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "placed").mkdir()
    with pytest.raises(AssertionError, match=r'(?s)-\{.*"title": "Tidy the totals".*\+\{.*"title": "Tidy all totals"'):
        kit.check_golden(copy, tmp_path / "placed", update=False)
