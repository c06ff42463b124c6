"""What does not fit in a place of a request: sent by the hostile walk, each alone in a request that fits otherwise."""

import base64
import json
from collections.abc import Iterator
from itertools import product
from typing import Final

DEEP: Final = 100_000

BROKEN: Final = (
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * DEEP, b'{"a":' * DEEP, b"9" * 5000, b"NaN", b"-Infinity",
    '{"a":"ü"}'.encode("latin-1"), '{"a":1}'.encode("utf-16"), b'{"a":1,"a":2}', b'{"a":1}\x00', b"\xef\xbb\xbf{}", b"{}{}",
)  # fmt: skip
"""Bodies that are none."""

STORED: Final = (
    '"\\ud800"', '"a\\u0000b"', '[{"\\ud800":"\\u0000"}]', "2147483648", "9223372036854775808", "1e308",
    '"9999-12-31T23:59:59+23:59"', '"0001-01-01T00:00:00+14:00"', '"1E+999999"', '"2199-12-31"',
)  # fmt: skip
"""Values of a JSON body, as they are written there, that one database takes and another does not."""

VALUES: Final = (
    *STORED, "null", "-1", "[]", "9" * 5000, "1e400", "NaN", "[" * 5000 + "]" * 5000, json.dumps("x" * 70_000), '"Infinity"',
    '"0001-01-01"', '"\\u202e\\ufeff"', "true", '{"a":"\\u0000"}',
)  # fmt: skip

IN_FORM: Final = ("%00", "%ed%a0%80", "x" * 70_000, "9" * 400, "", "9223372036854775808", "%F0%9F")

IN_PATH: Final = (
    "%00", "%ff", "x" * 1500, "9" * 400, "2026-02-30", "0001-01-01", "9999-12-31", "%2F", "..%2F..%2Fsettings", "%2e%2e", "%5c",
    "%0d%0aX-Injected:%201", "%ed%a0%80", "%c0%80", "a%00b", "%F0%9F%98%80", "9223372036854775808", ":submit",
)  # fmt: skip

IN_HEADER: Final = (b"\xff\xfe", b"x" * 3000, b'"', b"")


def _cursors() -> Iterator[str]:
    """Cursors of every form that there is, with what no database takes, or what lies at the end of its numbers and days."""
    names = ("\ud800", "\0", "x" * 300)
    days, instants = ("0001-01-01", "9999-12-31"), ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
    numbers = (2**63, -1, 1e308, float("inf"), float("nan"), True, None, "1")
    yield from map(_written, product([*instants, "2026-03-02T00:00:00Z"], names))
    yield from map(_written, product(days, names))
    yield from map(_written, product([*days, "2026-03-02"], names[:2], [None, *instants], names[:2]))
    yield from map(_written, product(days, ("0x1p+1", "nan", "0x1p+9999"), names))
    yield from map(_written, product(instants, names, numbers[:4]))
    yield from map(_written, product(numbers))
    yield from map(_written, product(names[:2], names[:2]))
    yield from map(_written, product(names[:2], names[:2], names[:2]))


def _written(parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


IN_CURSOR: Final = ("WyJcdWQ4MDAiXQ==", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5XQ==", *dict.fromkeys(_cursors()))

IN_QUERY: Final = (
    "", "%00", "%ff", "-1", "9" * 400, "2026-02-30", "x" * 21_000, "0001-01-01", "9999-12-31", "9223372036854775808", "%ed%a0%80",
    "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "a&a=b", "1e5", "%F0%9F",
)  # fmt: skip
