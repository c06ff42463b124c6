"""Posted drafts are read a page at a time: none twice, none left out, though several were made at one moment."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.store.billing_samples import DRAFT
from tests.store.samples import NINE

from hourtrail.domain.billing import LastWord, Word
from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.invoices import invoices
from hourtrail.store import Store


def fill(store: Store) -> list[str]:
    """Seven drafts, two at each moment; the fourth is withdrawn, the last is open. The ids of the posted ones, in order."""
    with store.tenant("t") as db:
        for number in range(7):
            name = f"dr_{number}"
            db.add_draft(replace(DRAFT, id=name, client=f"c{number % 2}", at=NINE + timedelta(hours=number // 2)), [])
            word = Word.WITHDRAWN if number == 3 else Word.POSTED
            if number < 6:
                db.say_last_word(LastWord(object=name, kind="draft", word=word, actor="kim", at=NINE), {})
    return ["dr_0", "dr_1", "dr_2", "dr_4", "dr_5"]


def test_pages_fit_together_and_only_the_drafts_of_a_page_are_read(store: Store) -> None:
    posted = fill(store)
    found: list[str] = []
    while True:
        page = invoices(store, "t", after=found[-1] if found else "", limit=2)
        found += [row["id"] for row in page.rows]
        if not page.more:
            break
    assert found == posted
    assert [row["id"] for row in invoices(store, "t", client="c1", limit=9).rows] == ["dr_1", "dr_5"]
    with store.tenant("t", read_only=True) as db:
        assert [kept.draft.id for kept in db.posted_drafts(9, ids=["dr_5", "dr_3"])] == ["dr_5"]
        assert db.posted_drafts(9, ids=[]) == []


@pytest.mark.parametrize("after", ["dr_3", "dr_6", "nothing"])
def test_a_place_behind_what_is_not_posted_is_refused(store: Store, after: str) -> None:
    fill(store)
    with pytest.raises(InvalidInput, match="another list"):
        invoices(store, "t", after=after)
