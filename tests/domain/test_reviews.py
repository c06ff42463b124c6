"""Reviews: who may say what, with which code, and how long a look counts."""

from datetime import UTC, datetime, timedelta

import pytest

from hourtrail.domain.errors import InvalidInput, NaiveTime, NotAllowed
from hourtrail.domain.review import (
    LONGEST_LOOK,
    RESOLUTIONS,
    VERDICTS,
    FindingReview,
    ReviewKind,
    require_other_person,
    seconds_between,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def review(kind: ReviewKind, **changes: object) -> FindingReview:
    return FindingReview(**{"id": "r", "finding": "f", "kind": kind, "actor": "dana", "at": AT, **changes})


def test_only_a_named_person_reviews_a_finding() -> None:
    assert review(ReviewKind.ACCEPTABLE, reason_code="too_small").at == AT
    for actor in ("model:anomaly", "service:api", "system:review", " "):
        with pytest.raises(NotAllowed):
            review(ReviewKind.ACCEPTABLE, reason_code="too_small", actor=actor)
    with pytest.raises(NaiveTime):
        review(ReviewKind.ACCEPTABLE, reason_code="too_small", at=AT.replace(tzinfo=None))


@pytest.mark.parametrize("kind", sorted(VERDICTS))
def test_closing_needs_a_resolution_code_of_that_verdict(kind: ReviewKind) -> None:
    for code in RESOLUTIONS[kind]:
        assert review(kind, reason_code=code).reason_code == code
    others = {code for other, codes in RESOLUTIONS.items() if other is not kind for code in codes}
    for code in ("", "whatever", *others):
        with pytest.raises(InvalidInput, match="resolution code"):
            review(kind, reason_code=code)


def test_handing_on_needs_somebody_and_a_note_a_text() -> None:
    for kind in (ReviewKind.ASSIGN, ReviewKind.ESCALATE):
        with pytest.raises(InvalidInput, match="takes the finding over"):
            review(kind)
    with pytest.raises(InvalidInput, match="text"):
        review(ReviewKind.NOTE, note="  ")
    with pytest.raises(InvalidInput, match="2000 characters"):
        review(ReviewKind.NOTE, note="x" * 2001)


def test_nobody_reviews_their_own_time() -> None:
    require_other_person("dana", "ada", "finding f")
    require_other_person("dana", "", "a contract")
    with pytest.raises(NotAllowed, match="own time"):
        require_other_person(" ada ", "ada", "finding f")


def test_a_look_counts_its_seconds_but_no_lunch() -> None:
    assert seconds_between(None, AT) is None
    assert seconds_between(AT, AT + timedelta(seconds=7.25)) == 7.25
    assert seconds_between(AT + timedelta(seconds=5), AT) == 0
    assert seconds_between(AT, AT + timedelta(days=2)) == LONGEST_LOOK
