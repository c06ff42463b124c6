"""The log of auto-post orders: append-only; who may submit by itself follows from it, nowhere else is a flag."""

from hourtrail.domain.autopost import AutoPost, AutoPostEvent, OrderTerms
from hourtrail.store.audit import Audit
from hourtrail.store.schema import auto_post


class AutoPosting(Audit):
    """What people ordered, and what they stopped."""

    def auto_post(self, *, lock: bool = False) -> AutoPost:
        """Everything that was said. With ``lock`` a stop that is being written is waited for, and the next one waits until
        this transaction ends: what it reads holds for all that it writes.
        """
        if lock:
            self._alone("auto_post")
        rows = self._all(self._select(auto_post).order_by(auto_post.c.place))
        return AutoPost(
            [
                AutoPostEvent(
                    place=row["place"], word=row["word"], order=row["order_id"], actor=row["actor"], at=row["at"],
                    reason=row["reason"], terms=OrderTerms.from_json(row["terms"]) if row["terms"] else None,
                )
                for row in rows
            ]
        )  # fmt: skip

    def say_of_auto_post(self, row: AutoPostEvent) -> None:
        """Append to the log, with ``person:auto_post:<word>``. Raises Conflict when somebody took its place meanwhile."""
        terms = row.terms.to_json() if row.terms else None
        values = {
            "place": row.place, "word": row.word, "order_id": row.order, "actor": row.actor, "at": row.at,
            "reason": row.reason, "terms": terms or {},
        }  # fmt: skip
        self._add(auto_post, [values])
        self.record(
            actor=row.actor, action=f"person:auto_post:{row.word.value}", object_id=row.order or "auto_post", at=row.at,
            payload={"order": row.order, "reason": row.reason, **({"terms": terms} if terms else {})},
        )  # fmt: skip
