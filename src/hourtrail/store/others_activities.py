"""Activities of other people that name somebody: a meeting that lists them, a title, a container."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import update

from hourtrail.domain.activity import Activity
from hourtrail.domain.erasure import Eraser, Names, hint_of, is_distinctive
from hourtrail.store.activities import activity_of, opened_body, values_of_activity
from hourtrail.store.erased_form import Left
from hourtrail.store.schema import activity
from hourtrail.store.scope import Scope

_TEXTS: Final = ("title", "text", "reference", "series", "container")


class OthersActivities(Scope):
    """Every activity of the tenant is opened for it: what is sealed cannot be asked."""

    def activities_naming(self, names: Names) -> Iterator[Activity]:
        """Those of other people, withdrawn ones too, in which the person may be named; whoever reads one decides exactly."""
        wanted = [*filter(is_distinctive, names.all), *names.called]
        hints = {hint_of(name) for name in wanted}
        if not hints:
            return
        # Bytes know no other letters than A to Z; any other name is looked for as it is written.
        looked_for = {hint.lower().encode() if hint.isascii() else hint.encode() for hint in hints}
        for row in self._stream(self._select(activity).where(activity.c.person != names.person)):
            content = opened_body(row, self._sealer)
            told = b"\x1f".join((content, row["container"].encode(), row["external_id"].encode()))
            folded = told.lower()
            if any(hint in folded or hint in told for hint in looked_for):
                yield activity_of({**row, "body": content}, self._sealer)

    def rewrite_activities(self, rows: Sequence[Activity]) -> None:
        """Store these in place of what is there under the same source and id; live or withdrawn they stay."""
        for row in rows:
            values = values_of_activity(row, self.tenant, self._sealer())
            mine = (activity.c.source == row.source, activity.c.external_id == row.external_id)
            self._connection.execute(update(activity).where(activity.c.tenant == self.tenant, *mine).values(**values))


def without_names(row: Activity, eraser: Eraser) -> Activity:
    """``row`` with the pseudonym in place of the person's names; its id stays, by which its source knows it."""
    texts: dict[str, Any] = {name: eraser.text(getattr(row, name)) for name in _TEXTS}
    extra = {eraser.text(name): eraser.text(value) for name, value in row.extra.items()}
    return replace(row, **texts, extra=extra, participants=tuple(map(eraser.text, row.participants)))


def left_in_activity(row: Activity, eraser: Eraser) -> Iterator[Left]:
    """Where an activity of somebody else still names the person, after :func:`without_names`."""
    shown = Eraser(eraser.names, "[...]").hidden(f"{row.source} {row.external_id}")
    for name in ("external_id", *_TEXTS, "participants", "extra"):
        if eraser.names.stand_in_json(getattr(row, name)):
            yield Left(table="activity", column=name, row=shown)
