"""Every model that this installation brings is on the allow-list with an owner and a fallback, and has its card."""

from pathlib import Path

import pytest

from hourtrail.domain.errors import ModelUnavailable
from hourtrail_models.artefact import load_bundled, pinned_digests
from hourtrail_models.cards import cards
from hourtrail_models.use_cases import FALLBACKS, use_cases

CARDS = Path(__file__).parents[2] / "docs" / "reference" / "model-cards"


def test_every_bundled_model_is_listed_with_owner_and_fallback():
    """MLL-07."""
    listed = use_cases()
    assert set(pinned_digests()) - set(listed) == set(), "add an entry to use_cases.toml"
    assert all(row.owner and row.purpose and row.fallback in FALLBACKS for row in listed.values())


def test_a_bundled_model_that_is_not_listed_is_not_loaded(tmp_path, monkeypatch):
    """CNF-10."""
    (tmp_path / "list.toml").write_text('[ranker]\npurpose = "p"\nowner = "o"\nfallback = "rules"\n')
    monkeypatch.setenv("HOURTRAIL_USE_CASES", str(tmp_path / "list.toml"))
    with pytest.raises(ModelUnavailable, match="the use case 'encoder' is not on the allow-list"):
        load_bundled("encoder")


def test_the_cards_are_current():
    """MLL-05: value leads, failures are listed."""
    for name, text in cards().items():
        assert (CARDS / name).read_text(encoding="utf-8") == text, "run `make contracts`"
        headings = [line for line in text.splitlines() if line.startswith("## ")]
        assert headings[0] == "## What it is worth"
        assert "## Where it fails" in headings
        assert "Owner: " in text


def test_every_use_case_has_its_card_and_every_weight_its_day_of_review():
    """GOV-07."""
    assert {name.removesuffix(".md") for name in cards()} == set(use_cases())
    for name in pinned_digests():
        assert "Review due by 20" in cards()[f"{name}.md"]
