"""Column types that give back on both databases exactly what was put in: aware UTC, exact decimals, enums, tuples."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import DateTime, Dialect, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB, TEXT
from sqlalchemy.types import TypeDecorator, TypeEngine

from hourtrail.domain.instants import utc

E = TypeVar("E", bound=StrEnum)


def clean(text: str) -> str:
    """``text`` without what a database cannot hold: NUL and lone surrogates become U+FFFD. Nothing else changes."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_json(value: Any) -> Any:
    """The same for every text inside a JSON value."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_json(inner) for inner in value]
    return value


class CleanText(TypeDecorator[str]):
    """Text in code-point order on both databases (PostgreSQL's own order depends on the server's locale)."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TEXT COLLATE "C" on PostgreSQL."""
        return dialect.type_descriptor(TEXT(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Without characters that a database cannot hold."""
        del dialect
        return None if value is None else clean(str(value))


class EnumText(CleanText, Generic[E]):
    """A StrEnum by its value."""

    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The member of the enum."""
        del dialect
        return None if value is None else self.kind(value)


class Instant(TypeDecorator[datetime]):
    """An aware instant; comes back in UTC. Raises NaiveTime for a time without an offset."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TIMESTAMP WITH TIME ZONE on PostgreSQL, ISO text in UTC on SQLite."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, without its zone where the database knows none."""
        if value is None:
            return None
        instant = utc(value)
        return instant if dialect.name == "postgresql" else instant.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.replace(tzinfo=UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal that never passes through a float and keeps its trailing zeros."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC on PostgreSQL; text on SQLite, which has no exact decimals."""
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Plain notation as text for SQLite."""
        return value if value is None or dialect.name == "postgresql" else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """A Decimal."""
        del dialect
        return None if value is None else Decimal(value)


class Json(TypeDecorator[Any]):
    """A JSON value; ``wrap`` turns what was read into what the domain wants (a tuple, say)."""

    impl = Text
    cache_ok = True

    def __init__(self, wrap: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self.wrap = wrap

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB on PostgreSQL, text on SQLite."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Cleaned; written out for SQLite."""
        if value is None:
            return None
        value = clean_json(dict(value) if hasattr(value, "keys") else value)
        return value if dialect.name == "postgresql" else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Parsed, and wrapped."""
        if value is None:
            return None
        parsed = value if dialect.name == "postgresql" else json.loads(value)
        return parsed if self.wrap is None else self.wrap(parsed)
