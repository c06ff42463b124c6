"""The interval of minutes on each suggestion, told from what the person confirmed before."""

from collections.abc import Sequence
from dataclasses import replace

from hourtrail.domain.ports import MinutesModel
from hourtrail.domain.suggestion import MinutesInterval, Suggestion
from hourtrail.policy.minutes import BookedBefore, minute_features


def with_intervals(rows: Sequence[Suggestion], before: BookedBefore, model: MinutesModel | None) -> list[Suggestion]:
    """The suggestions of one person, each with its interval; unchanged without a model. Private time gets none."""
    asked = [row for row in rows if not row.block.private]
    if model is None or not asked:
        return list(rows)
    matrix = minute_features([(row.block, row.item) for row in asked], before)
    told = {
        row.id: MinutesInterval(low=max(0, round(low)), high=max(1, round(high)), share=model.share)
        for row, (low, _, high) in zip(asked, model.intervals(matrix).tolist(), strict=True)
    }
    return [replace(row, minutes_interval=told.get(row.id)) for row in rows]
