"""The log of what people asked the models to forget; append-only, a later row takes back."""

from sqlalchemy.exc import IntegrityError

from hourtrail.domain.errors import Conflict, NotFound
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.forgetting import Forgotten, Trait, standing
from hourtrail.store.audit import Audit
from hourtrail.store.schema import forgotten
from hourtrail.store.scope import Row


class Forgetting(Audit):
    """Associations that are no longer remembered."""

    def add_forgotten(self, row: Forgotten) -> None:
        """Log one, with the audit event ``person:association:forgotten`` or ``remembered``.

        The event names the trait and the work item, not the value: the trail must not keep what is to be forgotten.
        Raises Conflict when what it takes back was taken back already, NotFound when there is no such row.
        """
        if row.takes_back and not any(known.id == row.takes_back for known in self.forgotten(row.person)):
            raise NotFound(f"{row.person} asked to forget nothing under {row.takes_back!r}, or it is remembered again")
        item = row.item or WorkItem("", "")
        values = {
            "id": row.id, "person": row.person, "trait": row.trait, "value": row.value, "at": row.at,
            "client": item.client, "project": item.project, "task": item.task, "takes_back": row.takes_back or None,
        }  # fmt: skip
        try:
            self._add(forgotten, [values])
        except IntegrityError as error:
            raise Conflict("this was said at the same moment from somewhere else; look at it again") from error
        self.record(
            actor=row.person, action=f"person:association:{'remembered' if row.takes_back else 'forgotten'}",
            object_id=row.takes_back or row.id, at=row.at,
            payload={"trait": row.trait.value, "project": item.project, "task": item.task},
        )  # fmt: skip

    def forgotten(self, person: str | None = None) -> list[Forgotten]:
        """What still holds, oldest first; of one person or of all."""
        # Of somebody who was erased the log still says that something was forgotten, and no longer what.
        query = self._select(forgotten).where(forgotten.c.value != "").order_by(forgotten.c.at, forgotten.c.id)
        if person is not None:
            query = query.where(forgotten.c.person == person)
        return standing(_record(row) for row in self._all(query))


def _record(row: Row) -> Forgotten:
    item = WorkItem(row["client"], row["project"], row["task"])
    return Forgotten(
        id=row["id"], person=row["person"], trait=Trait(row["trait"]), value=row["value"], at=row["at"],
        item=item if item.project else None, takes_back=row["takes_back"] or "",
    )  # fmt: skip
