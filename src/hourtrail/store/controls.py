"""A tenant's confidence controls: append-only, the newest row is the one in force."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func

from hourtrail.domain.confidence import ControlEvent, Controls, EventKind, Mode, ModeChange
from hourtrail.domain.confidence_wire import controls_from_json, controls_to_json, event_from_json, event_to_json
from hourtrail.store.audit import Audit
from hourtrail.store.schema import control


class ControlLog(Audit):
    """What was in force when, and why it changed."""

    def put_controls(self, row: Controls, events: Sequence[ControlEvent], actor: str, at: datetime) -> int:
        """Put controls in force, with the audit event ``system:confidence:changed`` (``person:`` where a person did it).

        Returns their place, by which suggestions name them.
        """
        self._alone("controls")
        place = int(self._connection.scalar(self._select(control, func.max(control.c.place))) or 0) + 1
        said = [event_to_json(event) for event in events]
        body = controls_to_json(row)
        self._add(control, [{"place": place, "actor": actor, "at": at, "body": body, "events": said}])
        side = "system" if actor.startswith("system:") else "person"
        payload: Mapping[str, Any] = {"events": said, "bands": body["bands"], "mode": body["mode"]}
        self.record(
            actor=actor, action=f"{side}:confidence:changed", object_id=f"controls-{place}", payload=payload, at=at
        )
        return place

    def controls(self, *, lock: bool = False) -> tuple[Controls, int]:
        """Those in force and their place; the defaults and 0 where none were ever put. With ``lock`` nobody puts others
        before this transaction ends: whoever puts what follows from them has to know that nobody lowered them meanwhile.
        """
        if lock:
            self._alone("controls")
        row = self._one(
            self._select(control, control.c.place, control.c.body).order_by(control.c.place.desc()).limit(1)
        )
        return (Controls(), 0) if row is None else (controls_from_json(row["body"]), int(row["place"]))

    def hold_controls(self) -> None:
        """Nobody puts others before this transaction ends, so that what follows from them is written under them. Any number
        of transactions hold them at once, and none of them puts any.
        """
        self._together("controls")

    def newest_controls(self) -> tuple[datetime, str] | None:
        """When those in force were put, and by whom; None where none ever were."""
        row = self._one(self._select(control, control.c.at, control.c.actor).order_by(control.c.place.desc()).limit(1))
        return None if row is None else (row["at"], row["actor"])

    def control_events(self, most: int = 1_000) -> list[ControlEvent]:
        """The newest changes, newest first."""
        found: list[ControlEvent] = []
        query = self._select(control, control.c.events).order_by(control.c.place.desc())
        for row in self._stream(query):
            found += [event_from_json(body) for body in reversed(row["events"])]
            if len(found) >= most:
                break
        return found[:most]

    def mode_changes(self, most: int = 200) -> list[ModeChange]:
        """The newest changes of the mode, newest first."""
        found: list[ModeChange] = []
        query = self._select(control, control.c.at, control.c.actor, control.c.body, control.c.events)
        for row in self._stream(query.order_by(control.c.place.desc())):
            found += [
                ModeChange(at=row["at"], actor=row["actor"], to=Mode(row["body"]["mode"]), why=event["why"])
                for event in row["events"]
                if event["kind"] == EventKind.MODE
            ]
            if len(found) >= most:
                break
        return found[:most]
