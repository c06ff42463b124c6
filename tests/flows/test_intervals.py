"""The interval of minutes on a suggestion: optional, stored, and never a hint at an answer that is kept back."""

from dataclasses import dataclass, replace

import numpy as np
from tests.flows.firm import RULES, activity

from hourtrail.domain.suggestion import MinutesInterval, ModelRef
from hourtrail.domain.wire import suggestion_to_json
from hourtrail.flows.minutes import with_intervals
from hourtrail.policy.minutes import SPEC, BookedBefore


@dataclass(frozen=True)
class AsSuggested:
    """Half of what is suggested to twice as much; of work without a work item, nothing to a day."""

    ref = ModelRef(name="as-suggested", version="1", digest="0")
    spec = SPEC
    share = 0.8

    def intervals(self, matrix):
        minutes = matrix[:, SPEC.names.index("suggested_minutes")]
        return np.column_stack([minutes / 2, minutes, minutes * 2])


ROWS = (
    activity("m", "meeting", "2026-03-02T08:00:00Z", end="2026-03-02T09:00:00Z", title="Portal checkout review"),
    activity("c", "commit", "2026-03-02T11:00:00Z", title="PORTAL-7 Login", container="firm/portal"),
    activity(
        "p", "meeting", "2026-03-02T15:00:00Z", end="2026-03-02T16:00:00Z", title="Dentist", sensitivity="private"
    ),
)


def _given(firm):
    firm.tables()
    firm.activities(*ROWS)
    return firm


def test_every_suggestion_that_is_not_private_carries_its_interval_and_keeps_it_in_the_store(firm):
    models = replace(RULES, minutes=AsSuggested())
    found = _given(firm).suggest(models=models).suggestions
    assert len(found) == len(ROWS)
    for row in found:
        half, twice = round(row.block.suggested_minutes / 2), row.block.suggested_minutes * 2
        expected = None if row.block.private else MinutesInterval(low=half, high=twice, share=0.8)
        assert row.minutes_interval == expected
    again = firm.suggest(models=models)
    assert (again.created, again.updated, again.withdrawn) == (0, 0, 0)
    assert again.suggestions == found


def test_without_a_model_the_field_is_left_out(firm):
    found = _given(firm).suggest().suggestions
    assert found
    assert all("minutes_interval" not in suggestion_to_json(row) for row in found)
    assert with_intervals((), BookedBefore(), AsSuggested()) == []
