"""The audit trail: who did what to which object, chained so that an edited or removed row is found and named."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hourtrail.domain.erasure import EVENT, PAYLOAD, PERSON_ERASED, listed
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant, utc
from hourtrail.domain.merkle import Frontier, TreeHead

GENESIS: Final = "0" * 64
_ACTION: Final = re.compile(r"(?P<subject>[a-z][a-z_]*):(?P<object>[a-z][a-z_]*):(?P<verb>[a-z][a-z_]*)")


@dataclass(frozen=True, slots=True)
class AuditAction:
    """``subject:object:action``: who acts (person, system, source), on what, doing what. Raises InvalidInput."""

    text: str

    def __post_init__(self) -> None:
        if not _ACTION.fullmatch(self.text):
            raise InvalidInput(f"audit action {self.text!r} is not subject:object:action in lower case")

    @property
    def subject(self) -> str:
        """The acting side."""
        return self.text.split(":")[0]

    @property
    def object(self) -> str:
        """What is acted on."""
        return self.text.split(":")[1]

    @property
    def verb(self) -> str:
        """What is done."""
        return self.text.split(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One link of a tenant's chain. ``payload_digest`` outlives the payload when personal fields are erased.

    ``salt`` and ``payload_salt`` went into the two digests; both are random, and go with what is erased, so that nobody can
    try out whose name or words a digest covers. Empty in events of before salts, and where something was erased.
    """

    sequence: int
    at: datetime
    actor: str
    action: AuditAction
    object_id: str
    payload_digest: str
    previous: str
    digest: str
    salt: str = ""
    payload_salt: str = ""


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """Where the chain does not hold, and what that means."""

    sequence: int
    reason: str


def payload_digest(payload: Mapping[str, object], salt: str = "") -> str:
    """SHA-256 of the payload as canonical JSON (sorted keys, no blanks, UTF-8), with its salt where it has one."""
    covered = {"payload": payload, "salt": salt} if salt else payload
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def link(
    *,
    tenant: str,
    sequence: int,
    at: datetime,
    actor: str,
    action: AuditAction,
    object_id: str,
    digest: str,
    previous: str,
    salt: str = "",
    payload_salt: str = "",
) -> AuditEvent:
    """The next event of a chain; its digest covers every field, the digest before it, and the salt where there is one."""
    fields = {
        "tenant": tenant,
        "sequence": sequence,
        "at": format_instant(at),
        "actor": actor,
        "action": action.text,
        "object_id": object_id,
        "payload": digest,
        "previous": previous,
        **({"salt": salt} if salt else {}),
    }
    return AuditEvent(
        sequence=sequence, at=utc(at), actor=actor, action=action, object_id=object_id,
        payload_digest=digest, previous=previous, digest=payload_digest(fields), salt=salt, payload_salt=payload_salt,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Odd:
    """Something in one row that is not as it was written; ``now`` is the digest of the form in which it stands."""

    sequence: int
    kind: str
    now: str
    reason: str


def oddities(tenant: str, event: AuditEvent, payload: Mapping[str, object] | None) -> list[Odd]:
    """What in one row, taken by itself, is not as it was written. ``payload`` is None where there is none any more."""
    number, again = event.sequence, as_it_stands(tenant, event)
    found = []
    if again != event.digest:
        found.append(Odd(number, EVENT, again, f"row {number} was changed after it was written"))
    if payload is None:
        gone = f"the payload of row {number} is missing, and no erasure in the trail tells of it"
        found.append(Odd(number, PAYLOAD, "", gone))
    elif (stands := payload_digest(payload, event.payload_salt)) != event.payload_digest:
        found.append(Odd(number, PAYLOAD, stands, f"the payload of row {number} was changed after it was written"))
    return found


def as_it_stands(tenant: str, event: AuditEvent) -> str:
    """The digest that the row's fields give, whatever digest it carries."""
    return link(
        tenant=tenant, sequence=event.sequence, at=event.at, actor=event.actor, action=event.action,
        object_id=event.object_id, digest=event.payload_digest, previous=event.previous, salt=event.salt,
    ).digest  # fmt: skip


def alterations(tenant: str, event: AuditEvent, payload: Mapping[str, object] | None) -> list[str]:
    """What was changed in one row, in words; a payload that is not given is not missed."""
    return [odd.reason for odd in oddities(tenant, event, payload) if payload is not None or odd.kind != PAYLOAD]


class Examiner:
    """Reads a trail from its beginning and notes every break: a gap, a changed field or payload, a link that does not fit,
    a sealed tree head that the rows do not give.

    A row that is not as it was written is no break when a later erasure lists it, in just the form in which it stands.
    Reading goes on behind a break with the stored digest, so that one altered row is named once.
    """

    def __init__(self, tenant: str, sealed: Iterable[TreeHead] = (), *, payloads: bool = True) -> None:
        self.count = 0
        self._payloads = payloads
        self.root = Frontier()
        self._tenant = tenant
        self._sealed = sorted(sealed, key=lambda head: head.size)
        self._previous, self._expected = GENESIS, 1
        self._breaks: list[ChainBreak] = []
        self._odd: list[Odd] = []
        self._erasures: dict[int, dict[tuple[str, str], str]] = {}
        self.erased = 0
        """Rows and payloads that were erased, each counted once; known when reading is finished."""

    def look_at(self, event: AuditEvent, payload: Mapping[str, object] | None) -> None:
        """The next row. ``payload`` is None where it is gone; its digest stays in the chain."""
        self.count += 1
        number = event.sequence
        if number != self._expected:
            missing = (
                f"row {self._expected}" if number == self._expected + 1 else f"rows {self._expected} to {number - 1}"
            )
            self._breaks.append(ChainBreak(self._expected, f"{missing} of the audit trail is missing"))
        elif event.previous != self._previous:
            self._breaks.append(ChainBreak(number, f"row {number} does not follow the row before it"))
        found = oddities(self._tenant, event, payload)
        self._odd += [one for one in found if self._payloads or one.kind != PAYLOAD]
        if event.action.text == PERSON_ERASED and payload is not None:
            self._erasures[number] = listed(payload)
        self._previous, self._expected = event.digest, number + 1
        self.root.add(event.digest)
        self._compare_with_seals()

    def _compare_with_seals(self) -> None:
        while self._sealed and self._sealed[0].size == self.root.size:
            head = self._sealed.pop(0)
            if head.root != self.root.root():
                self._breaks.append(
                    ChainBreak(
                        head.size,
                        f"rows 1 to {head.size} are not those that were sealed at {format_instant(head.at)}: "
                        "one of them was replaced and the chain made anew",
                    )
                )

    def finish(self) -> list[ChainBreak]:
        """Every break. Seals over more rows than there are say that rows are missing from the end."""
        for head in self._sealed:
            self._breaks.append(
                ChainBreak(
                    self.count + 1,
                    f"rows {self.count + 1} to {head.size}, sealed at {format_instant(head.at)}, are missing from the end",
                )
            )
        self._judge()
        return sorted(self._breaks, key=lambda row: row.sequence)

    def _judge(self) -> None:
        """Tell erased rows from altered ones.

        An erasure counts only where its own event stands as it was written, or as a later erasure left it; and only for
        rows before it. The newest list that names a row has the last word.
        """
        odd: dict[int, list[Odd]] = {}
        for one in self._odd:
            odd.setdefault(one.sequence, []).append(one)
        forms: dict[tuple[str, str], str] = {}

        def is_erased(one: Odd) -> bool:
            return forms.get((one.kind, str(one.sequence))) == one.now

        for number in sorted(self._erasures, reverse=True):
            if all(map(is_erased, odd.get(number, ()))):
                for (kind, key), now in self._erasures[number].items():
                    if kind in {EVENT, PAYLOAD} and key.isdecimal() and int(key[:18]) < number:
                        forms.setdefault((kind, key), now)
        self._breaks += [ChainBreak(one.sequence, one.reason) for one in self._odd if not is_erased(one)]
        self.erased = sum(map(is_erased, self._odd))
        self._odd = []


def verify_chain(tenant: str, events: Iterable[AuditEvent]) -> tuple[int, list[ChainBreak]]:
    """How many events were read, and every break in the links between them; payloads are not looked at."""
    examiner = Examiner(tenant, payloads=False)
    for event in events:
        examiner.look_at(event, None)
    return examiner.count, examiner.finish()
