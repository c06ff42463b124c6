"""Bodies of suggestions, with the model, threshold and alternatives that were shown."""

from collections.abc import Mapping
from typing import Any

from hourtrail.domain.block import WorkBlock
from hourtrail.domain.instants import format_instant
from hourtrail.domain.suggestion import (
    Alternative,
    Band,
    MinutesInterval,
    ModelRef,
    PolicyRef,
    Suggestion,
    SuggestionStatus,
    Threshold,
    Unshown,
)
from hourtrail.domain.wire.evidence import evidence_to_json
from hourtrail.domain.wire.values import Json, item_from_json, item_to_json


def suggestion_to_json(row: Suggestion) -> Json:
    """The suggestion contract, with the rounding, billable probability, zone, leaned-on entries and interval as optional extras."""
    block = row.block
    return {
        "id": row.id,
        "person": row.person,
        "date": row.date.isoformat(),
        "start": format_instant(row.span.start),
        "end": format_instant(row.span.end),
        "zone": block.zone,
        "evidence_minutes": block.evidence_minutes,
        "suggested_minutes": block.suggested_minutes,
        "billable_minutes": row.billable_minutes,
        "rounding": row.rounding,
        **item_to_json(row.item),
        "billable": row.billable,
        "billable_probability": row.billable_probability,
        "narrative": row.narrative,
        "confidence": row.confidence,
        "band": row.band.value,
        "threshold": {
            "band": row.threshold.band.value,
            "value": row.threshold.value,
            "target_precision": row.threshold.target_precision,
            "basis": row.threshold.basis,
        },
        "alternatives": [alternative_to_json(alternative) for alternative in row.alternatives],
        "evidence": [evidence_to_json(evidence) for evidence in row.evidence],
        "reasons": list(row.reasons),
        "leans_on": list(row.leans_on),
        "model": model_to_json(row.model),
        "policy": {"version": row.policy.version},
        "status": row.status.value,
        "revision": row.revision,
        **({"routing": list(row.routing)} if row.routing else {}),
        **({} if row.minutes_interval is None else {"minutes_interval": _interval_to_json(row.minutes_interval)}),
    }


def _interval_to_json(row: MinutesInterval) -> Json:
    return {"low": row.low, "high": row.high, "share": row.share}


def interval_from_json(body: Mapping[str, Any], log: Mapping[str, Any]) -> MinutesInterval | None:
    """The interval of a stored suggestion, with the margin that its ``log`` holds; None where it has none."""
    told = body.get("minutes_interval")
    return MinutesInterval(**told, margin=log.get("interval_margin")) if told else None


def suggestion_log_to_json(row: Suggestion) -> Json:
    """What is stored with a suggestion and shown to nobody before the decision."""
    return {
        "scores": list(row.scores),
        "unshown": unshown_to_json(row.unshown),
        "propensity": row.propensity,
        **({} if row.minutes_interval is None else {"interval_margin": row.minutes_interval.margin}),
    }


def unshown_to_json(row: Unshown | None) -> Json | None:
    """``{"client", "project", "task", "confidence", "band", "audit"}`` or None; ``seen`` where it was shown before."""
    if row is None:
        return None
    told = {**item_to_json(row.item), "confidence": row.confidence, "band": row.band.value, "audit": row.audit}
    return {**told, "seen": True} if row.seen else told


def unshown_from_json(body: Mapping[str, Any] | None) -> Unshown | None:
    """The reverse of :func:`unshown_to_json`."""
    if body is None:
        return None
    return Unshown(
        item=item_from_json(body), confidence=float(body["confidence"]), band=Band(body["band"]), audit=body["audit"],
        seen=bool(body.get("seen", False)),
    )  # fmt: skip


def alternative_to_json(row: Alternative) -> Json:
    """``{"client", "project", "task", "confidence"}``."""
    return {**item_to_json(row.item), "confidence": row.confidence}


def alternative_from_json(body: Mapping[str, Any]) -> Alternative:
    """The reverse of :func:`alternative_to_json`."""
    return Alternative(item=item_from_json(body), confidence=float(body["confidence"]))


def model_to_json(row: ModelRef | None) -> Json | None:
    """``{"name", "version", "digest"}`` or None."""
    return None if row is None else {"name": row.name, "version": row.version, "digest": row.digest}


def model_from_json(body: Mapping[str, Any] | None) -> ModelRef | None:
    """The reverse of :func:`model_to_json`."""
    return None if body is None else ModelRef(name=body["name"], version=body["version"], digest=body["digest"])


def suggestion_from_json(body: Mapping[str, Any], block: WorkBlock) -> Suggestion:
    """A stored suggestion: its public body, with what only the store holds under ``log``, and its evidence snapshot."""
    threshold = body["threshold"]
    log = body.get("log", {})
    model = model_from_json(body["model"])
    assert model is not None
    return Suggestion(
        id=body["id"],
        block=block,
        item=item_from_json(body) if body["project"] else None,
        billable=body["billable"],
        billable_probability=body["billable_probability"],
        billable_minutes=body["billable_minutes"],
        rounding=body["rounding"],
        narrative=body["narrative"],
        confidence=body["confidence"],
        band=Band(body["band"]),
        threshold=Threshold(
            band=Band(threshold["band"]),
            value=threshold["value"],
            target_precision=threshold["target_precision"],
            basis=threshold["basis"],
        ),
        alternatives=tuple(alternative_from_json(alternative) for alternative in body["alternatives"]),
        reasons=tuple(body["reasons"]),
        leans_on=tuple(body["leans_on"]),
        model=model,
        policy=PolicyRef(version=body["policy"]["version"]),
        status=SuggestionStatus(body["status"]),
        revision=body["revision"],
        scores=tuple(log.get("scores", ())),
        unshown=unshown_from_json(log.get("unshown")),
        propensity=log.get("propensity", 1.0),
        minutes_interval=interval_from_json(body, log),
        routing=tuple(body.get("routing", ())),
    )
