"""The JSON bodies of the data contracts: the only place that knows their keys. Pure, both ways where both are needed."""

from hourtrail.domain.wire.decisions import (
    booking_from_json,
    booking_to_json,
    decision_from_json,
    decision_to_json,
    entry_from_json,
    entry_to_json,
)
from hourtrail.domain.wire.evidence import (
    activity_to_json,
    block_from_json,
    block_to_json,
    evidence_to_json,
    rejected_to_json,
    withheld_to_json,
)
from hourtrail.domain.wire.findings import finding_to_json
from hourtrail.domain.wire.suggestions import (
    alternative_from_json,
    alternative_to_json,
    interval_from_json,
    model_from_json,
    model_to_json,
    suggestion_from_json,
    suggestion_log_to_json,
    suggestion_to_json,
    unshown_from_json,
    unshown_to_json,
)
from hourtrail.domain.wire.values import Json, item_from_json, item_to_json

__all__ = [
    "Json",
    "activity_to_json",
    "alternative_from_json",
    "alternative_to_json",
    "block_from_json",
    "block_to_json",
    "booking_from_json",
    "booking_to_json",
    "decision_from_json",
    "decision_to_json",
    "entry_from_json",
    "entry_to_json",
    "evidence_to_json",
    "finding_to_json",
    "interval_from_json",
    "item_from_json",
    "item_to_json",
    "model_from_json",
    "model_to_json",
    "rejected_to_json",
    "suggestion_from_json",
    "suggestion_log_to_json",
    "suggestion_to_json",
    "unshown_from_json",
    "unshown_to_json",
    "withheld_to_json",
]
