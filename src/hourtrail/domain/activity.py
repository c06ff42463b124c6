"""What a source saw: raw, before any judgement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import utc


class ActivityKind(StrEnum):
    """What sort of thing happened."""

    MEETING = "meeting"
    CALL = "call"
    COMMIT = "commit"
    REVIEW = "review"
    TICKET = "ticket"
    MESSAGE = "message"
    EMAIL = "email"
    DOCUMENT = "document"
    FOCUS = "focus"
    TRAVEL = "travel"
    ABSENCE = "absence"


class Response(StrEnum):
    """The owner's answer to an invitation."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    NONE = "none"


class Status(StrEnum):
    """Whether the event still takes place."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class ShowAs(StrEnum):
    """How the event blocks its owner's time."""

    BUSY = "busy"
    FREE = "free"
    OUT_OF_OFFICE = "oof"
    ELSEWHERE = "elsewhere"


class Sensitivity(StrEnum):
    """Whether the title may be read by others."""

    NORMAL = "normal"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, order=True)
class SourceRef:
    """An activity's name across the product: ``source:external_id``, as evidence and the audit trail write it."""

    source: str
    external_id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"

    @classmethod
    def parse(cls, text: str) -> "SourceRef":
        """The reverse of ``str``: external ids may hold colons, source names never do. Raises InvalidInput."""
        source, colon, external_id = text.partition(":")
        if not (source and colon and external_id):
            raise InvalidInput(f"{text!r} is not source:external_id")
        return cls(source, external_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something a source saw. ``source`` and ``external_id`` together are unique in a tenant and never change.

    ``end`` is None for a point event. Instants are kept in UTC; ``zone`` is the IANA name that the source stated, if any.
    ``label`` and ``eligible`` exist only in benchmark files. Raises NaiveTime, or InvalidInput for an end before the
    start or an empty id.
    """

    source: str
    external_id: str
    kind: ActivityKind
    person: str
    start: datetime
    end: datetime | None = None
    all_day: bool = False
    title: str = ""
    text: str = ""
    container: str = ""
    reference: str = ""
    series: str = ""
    participants: tuple[str, ...] = ()
    response: Response = Response.NONE
    status: Status = Status.CONFIRMED
    show_as: ShowAs = ShowAs.BUSY
    sensitivity: Sensitivity = Sensitivity.NORMAL
    revision: str = ""
    zone: str = ""
    label: WorkItem | None = None
    eligible: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("source", "external_id", "person"):
            if not getattr(self, name):
                raise InvalidInput(f"{name} is empty; every activity needs one")
        if ":" in self.source:
            raise InvalidInput(f"source {self.source!r} holds a colon, which separates it from the id")
        object.__setattr__(self, "start", utc(self.start, "start"))
        if self.end is not None:
            object.__setattr__(self, "end", utc(self.end, "end"))
            if self.end < self.start:
                raise InvalidInput(f"end {self.end.isoformat()} lies before start {self.start.isoformat()}")

    @property
    def ref(self) -> SourceRef:
        """Its name across the product."""
        return SourceRef(self.source, self.external_id)

    @property
    def key(self) -> str:
        """``source:external_id``, as evidence names it."""
        return f"{self.source}:{self.external_id}"

    @property
    def is_point(self) -> bool:
        """Whether it happened at an instant rather than over a span."""
        return self.end is None or self.end == self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record that could not be read: where it stands, and why. The good ones beside it are kept."""

    file: str
    reason: str
    line: int | None = None
    index: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        where = self.file
        if self.line is not None:
            where += f":{self.line}"
        elif self.index is not None:
            where += f"[{self.index}]"
        return f"{where}: {self.field + ': ' if self.field else ''}{self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A source's word that it has told everything of one container and person in a window of local dates.

    What the store holds from that source, container and person inside [start, end) and was not told again is gone from
    the source, so it is withdrawn. Sources yield it last, and only when nothing was refused. An open side is None.
    """

    source: str
    container: str
    person: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the person who reads a source may say about it.

    ``first`` and ``last`` are local days, both included; they bound recurring events. ``today`` closes open-ended
    recurrence. ``record`` names a kind of contract file when the header alone does not say it.
    """

    today: date
    person: str = ""
    zone: str = ""
    source: str = ""
    record: str = ""
    first: date | None = None
    last: date | None = None
