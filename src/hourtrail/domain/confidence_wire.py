"""Controls as plain values: how they are stored, and how the report and the HTTP API say them. Both ways."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hourtrail.domain.confidence import BandControl, Breaker, ControlEvent, Controls, EventKind, Gate, Mode
from hourtrail.domain.instants import format_instant, parse_instant
from hourtrail.domain.suggestion import Band

Json = dict[str, Any]


def _when(value: datetime | None) -> str | None:
    return None if value is None else format_instant(value)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)


def band_to_json(row: BandControl) -> Json:
    """One band's threshold with its basis and what it costs."""
    return {
        "value": row.value, "aim": row.aim, "basis": row.basis, "labels": row.labels, "coverage": row.coverage,
        "cost": row.cost, "proven": row.proven,
    }  # fmt: skip


def event_to_json(row: ControlEvent) -> Json:
    """``{"at", "kind", "subject", "why"}``."""
    return {"at": format_instant(row.at), "kind": row.kind.value, "subject": row.subject, "why": row.why}


def event_from_json(body: Mapping[str, Any]) -> ControlEvent:
    """The reverse of :func:`event_to_json`."""
    return ControlEvent(
        at=parse_instant(body["at"]), kind=EventKind(body["kind"]), subject=body["subject"], why=body["why"]
    )


def controls_to_json(row: Controls) -> Json:
    """Everything in force, as it is stored."""
    stopped = row.breaker
    return {
        "mode": row.mode.value,
        "temperature": row.temperature,
        "bands": {band.value: band_to_json(control) for band, control in row.bands.items()},
        "gates": _gates_to_json(row.gates),
        "gates_before": _gates_to_json(row.gates_before),
        "breaker": {
            "tripped": stopped.tripped, "since": _when(stopped.since), "why": stopped.why, "evidence": stopped.evidence,
            "recent": "".join("1" if right else "0" for right in stopped.recent), "bound": stopped.bound,
            "outages": [[format_instant(one), format_instant(other)] for one, other in stopped.outages],
        },
        "renewed_at": _when(row.renewed_at),
        "folded_to": None if row.folded_to is None else [format_instant(row.folded_to[0]), row.folded_to[1]],
        "model": row.model,
    }  # fmt: skip


def controls_from_json(body: Mapping[str, Any]) -> Controls:
    """The reverse of :func:`controls_to_json`."""
    stopped, folded = body["breaker"], body["folded_to"]
    return Controls(
        mode=Mode(body["mode"]),
        temperature=body["temperature"],
        bands=MappingProxyType({Band(name): BandControl(**control) for name, control in body["bands"].items()}),
        gates=_gates_from_json(body["gates"]),
        gates_before=_gates_from_json(body["gates_before"]),
        breaker=Breaker(
            tripped=stopped["tripped"],
            since=_instant(stopped["since"]),
            why=stopped["why"],
            evidence=stopped["evidence"],
            recent=tuple(sign == "1" for sign in stopped["recent"]),
            bound=stopped["bound"],
            outages=tuple((parse_instant(one), parse_instant(other)) for one, other in stopped["outages"]),
        ),
        renewed_at=_instant(body["renewed_at"]),
        folded_to=None if folded is None else (parse_instant(folded[0]), folded[1]),
        model=body["model"],
    )


def _gates_to_json(gates: Mapping[str, Gate]) -> Json:
    return {person: [gate.right, gate.shown, gate.limited] for person, gate in sorted(gates.items())}


def _gates_from_json(body: Mapping[str, Any]) -> Mapping[str, Gate]:
    return MappingProxyType(
        {person: Gate(right=right, shown=shown, limited=limited) for person, (right, shown, limited) in body.items()}
    )
