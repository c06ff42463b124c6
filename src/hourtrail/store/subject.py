"""What is held about one person, table by table: asked in the same way for an export to them and for an erasure."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Table, Text, and_, cast, false, or_, select

from hourtrail.domain.activity import Activity
from hourtrail.domain.erasure import Names, hint_of, is_distinctive
from hourtrail.domain.errors import NotFound
from hourtrail.store import identity_schema, schema
from hourtrail.store.activities import activity_of
from hourtrail.store.audit import Audit, Told, told_of
from hourtrail.store.ledger_schema import external_reference
from hourtrail.store.schema import audit_event, audit_payload
from hourtrail.store.scope import Row
from hourtrail.store.types import CleanText, EnumText, Json
from hourtrail.store.upsert import chunks

APART: Final = frozenset(
    {"audit_event", "audit_payload", "audit_root", "erased_row", "tenant_key", "text_vector", "brand_logo"}
)
"""Tables that are read in their own way, or hold nothing that names anybody."""


TOLD_OF: Final = frozenset({"decision", "time_entry", "finding", "suggestion", "forgotten", "session", "dispute"})
"""Tables whose rows the trail's events name as what they are about."""

_OF_PERSON: Final = ("suggestion", "time_entry", "assignment", "forgotten", "expense", "rate", "rate_change")
_OF_ENTRY: Final = ("approval", "cleared_entry", "dispute", "draft_line")
_OF_ACCOUNT: Final = ("session", "role_change")
_ADDRESS_COLUMNS: Final = frozenset(
    {
        "email",
        "e-mail",
        "e_mail",
        "mail",
        "email_address",
        "mail_address",
        "upn",
        "user_principal_name",
        "login",
        "username",
    }
)
"""Columns of a file of people, beyond those that are known here, that hold an address of the person's own."""
_SHORTEST_CALLED: Final = 5
"""Characters of a name of two words that is looked for; "Jo" stands in too many texts."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row that names the person, or is about them (``about``: then its words are theirs or of them)."""

    table: Table
    row: Row
    about: bool


def texts_of(table: Table) -> list[str]:
    """The columns that hold free text or a name; values of an enum are neither."""
    return [
        column.name
        for column in table.columns
        if isinstance(column.type, CleanText) and not isinstance(column.type, EnumText) and column.name != "tenant"
    ]


def bodies_of(table: Table) -> list[str]:
    """The columns that hold JSON."""
    return [column.name for column in table.columns if isinstance(column.type, Json)]


class Subjects(Audit):
    """One person's rows in every table of the tenant."""

    def names_of(self, person: str) -> Names:
        """By what the person is known: id, login names, accounts, addresses, and what they are called.

        The person need not be in the master data.
        """
        query = self._select(identity_schema.account).where(
            or_(identity_schema.account.c.person == person, identity_schema.account.c.login == person)
        )
        accounts = self._all(query)
        known = self._all(self._select(schema.person).where(schema.person.c.id == person))
        told = self._select(external_reference, external_reference.c.external_id).where(
            external_reference.c.kind == "people", external_reference.c.key == _key_of(person)
        )
        addresses = [
            *(row["subject"] for row in accounts if row["subject"] and is_distinctive(row["subject"])),
            *(one for one in self._connection.scalars(told) if "@" in one),
            *(
                value
                for row in known
                for column, value in row["extra"].items()
                if column.casefold() in _ADDRESS_COLUMNS and "@" in value
            ),
        ]
        mine = dict.fromkeys((person, *(row["login"] for row in accounts)))
        others = self._others_within((*mine, *addresses))
        return Names(
            person=person, logins=tuple(name for name in mine if name != person), accounts=tuple(row["id"] for row in accounts),
            addresses=tuple(dict.fromkeys(one for one in addresses if one not in mine and one not in others)),
            called=_called([*(row["name"] for row in known), *(row["name"] for row in accounts)]),
            others=tuple(sorted(others - {*mine})),
        )  # fmt: skip

    def _others_within(self, names: Collection[str]) -> set[str]:
        """Ids and logins in which one of the names stands, those who are just called so among them."""
        found: set[str] = set()
        for column in (schema.person.c.id, identity_schema.account.c.login, identity_schema.account.c.person):
            for name in filter(is_distinctive, names):
                query = self._select(column.table, column).where(column.icontains(hint_of(name), autoescape=True))
                found |= {value for value in self._connection.scalars(query) if name.casefold() in value.casefold()}
        return found

    def held_rows(self, names: Names) -> Iterator[HeldRow]:
        """Every row that names the person or is about them, but activities and the audit trail; by table."""
        for table in schema.metadata.sorted_tables:
            if table.name not in APART and table.name != "activity" and "tenant" in table.columns:
                yield from self._held_in(table, names)

    def require_held(self, names: Names) -> None:
        """Raises NotFound when nothing at all is held about the person, activities included."""
        mine = self._select(schema.activity, schema.activity.c.person).where(schema.activity.c.person == names.person)
        if self._one(mine.limit(1)) is None and next(self.held_rows(names), None) is None:
            raise NotFound(f"nothing is held about {names.person!r} in tenant {self.tenant!r}")

    def activities_of(self, names: Names) -> Iterator[tuple[Activity, datetime | None]]:
        """What sources saw of the person, opened, with the time of its withdrawal; by start."""
        query = self._select(schema.activity).where(schema.activity.c.person == names.person)
        for row in self._stream(query.order_by(schema.activity.c.start, schema.activity.c.external_id)):
            yield activity_of(row, self._sealer), row["withdrawn_at"]

    def trail_of(self, names: Names, own: Iterable[str]) -> list[Told]:
        """The events that the person wrote, that are about what is theirs (``own``), or that name them; in order."""
        joined = self.told_events()
        found: dict[int, Row] = {}
        for condition in (
            audit_event.c.actor.in_(names.all),
            *_holding(audit_event.c.object_id, names),
            *_holding_in_json(audit_payload.c.payload, names),
        ):
            found |= {row["sequence"]: dict(row) for row in self._stream(joined.where(condition))}
        for some in chunks(sorted(own)):
            query = joined.where(audit_event.c.object_id.in_(some))
            found |= {row["sequence"]: dict(row) for row in self._stream(query)}
        return [told_of(found[number]) for number in sorted(found)]

    def _held_in(self, table: Table, names: Names) -> Iterator[HeldRow]:
        about = self._is_about(table, names)
        query = self._select(table, *table.c, about.label("is_about")).where(or_(about, *_mentions(table, names)))
        for row in self._stream(query.order_by(*table.primary_key.columns)):
            values = dict(row)
            is_about = bool(values.pop("is_about"))
            yield HeldRow(table, values, is_about)

    def _is_about(self, table: Table, names: Names) -> ColumnElement[bool]:
        """Whether a row of the table is about the person, whoever wrote it."""
        column, name = table.c, table.name
        by_table: dict[str, Callable[[], ColumnElement[bool]]] = {
            "person": lambda: column.id == names.person,
            "external_reference": lambda: and_(column.kind == "people", column.key == _key_of(names.person)),
            "sign_in_failure": lambda: column.subject.in_(names.all),
            "account": lambda: column.id.in_(names.accounts),
            "decision": lambda: or_(
                column.suggestion.in_(self._ids_of_person(schema.suggestion, names)),
                and_(column.suggestion.is_(None), column.actor == names.person),
            ),
            "finding": lambda: self._is_finding_of(names),
            "finding_review": lambda: column.finding.in_(
                select(schema.finding.c.id)
                .where(schema.finding.c.tenant == self.tenant, self._is_finding_of(names))
                .scalar_subquery()
            ),
            "kept_answer": lambda: column.principal.in_([f"person:{account}" for account in names.accounts]),
            **dict.fromkeys(_OF_PERSON, lambda: column.person == names.person),
            **dict.fromkeys(_OF_ENTRY, lambda: column.entry.in_(self._ids_of_person(schema.time_entry, names))),
            **dict.fromkeys(_OF_ACCOUNT, lambda: column.account.in_(names.accounts)),
        }
        return by_table[name]() if name in by_table else false()

    def _is_finding_of(self, names: Names) -> ColumnElement[bool]:
        column = schema.finding.c
        mine = column.time_entry.in_(self._ids_of_person(schema.time_entry, names))
        return or_(column.person == names.person, column.worker == names.person, mine)

    def _ids_of_person(self, table: Table, names: Names) -> ScalarSelect[Any]:
        return select(table.c.id).where(table.c.tenant == self.tenant, table.c.person == names.person).scalar_subquery()


def _mentions(table: Table, names: Names) -> list[ColumnElement[bool]]:
    """Conditions under which a row may name the person; whoever reads the row decides exactly."""
    found: list[ColumnElement[bool]] = []
    for name in texts_of(table):
        found += _holding(table.c[name], names)
    for name in bodies_of(table):
        found += _holding_in_json(table.c[name], names)
    if "key" in table.columns:  # the natural key of master data is a JSON list
        found += [table.c.key.contains(json.dumps(one, ensure_ascii=False), autoescape=True) for one in names.all]
    return found


def _holding(column: ColumnElement[Any], names: Names) -> list[ColumnElement[bool]]:
    """Whether a text may be one of the names, or hold one that is long enough to be meant."""
    inside = (*filter(is_distinctive, names.all), *names.called)
    return [column.in_(names.all), *(column.icontains(hint_of(one), autoescape=True) for one in inside)]


def _holding_in_json(column: ColumnElement[Any], names: Names) -> list[ColumnElement[bool]]:
    """The same of any text in a JSON column."""
    text, inside = cast(column, Text), (*filter(is_distinctive, names.all), *names.called)
    exactly = [json.dumps(one, ensure_ascii=False) for one in names.all if not is_distinctive(one)]
    return [
        *(text.contains(one, autoescape=True) for one in exactly),
        *(text.icontains(json.dumps(hint_of(one), ensure_ascii=False)[1:-1], autoescape=True) for one in inside),
    ]


def _key_of(person: str) -> str:
    """A person's key in their table, as records of other systems point to it."""
    return json.dumps([person], ensure_ascii=False)


def _called(given: Iterable[str]) -> tuple[str, ...]:
    """Names that can be looked for in texts: long enough or of several words, and family name first too."""
    found: dict[str, None] = {}
    for name in (" ".join(one.split()) for one in given):
        first, _, last = name.rpartition(" ")
        if first and len(name) >= _SHORTEST_CALLED:
            found |= dict.fromkeys((name, f"{last}, {first}", f"{last} {first}"))
        elif is_distinctive(name):
            found[name] = None
    return tuple(found)
