"""Entity tags: a reader asks whether what it has is still current, and a writer writes only over what it has read.

RFC 9110, 8.8.3 and 13. A tag is made of the very bytes of the answer, so it is strong: it changes whenever the answer does, and
two people who are told different things of one record have different tags of it.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Depends, Header
from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hourtrail.domain.errors import HourtrailError, InvalidInput

LONGEST: Final = 4096
"""Characters of one condition: some sixty of our tags."""

_TAG: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_BETWEEN: Final = frozenset(", \t")
"""What stands between the tags of a list."""


class PreconditionFailed(HourtrailError):
    """The record is not the one that the request's ``If-Match`` names."""


def tag_of(body: bytes) -> str:
    """The strong tag of a representation, with its quotes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tagged(body: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
    """An answer with its tag: of a write, what the record is like now."""
    response = JSONResponse(body, status_code=status)
    response.headers["ETag"] = tag_of(bytes(response.body))
    return response


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of one request: the field values of ``If-Match`` and ``If-None-Match``, None where there is none."""

    if_match: str | None = None
    if_none_match: str | None = None

    def answer(self, body: Mapping[str, Any]) -> Response:
        """The answer of a read, or 304 without a body where the reader has it already. Raises PreconditionFailed."""
        full = tagged(body)
        tag = full.headers["ETag"]
        self._require_match(tag)
        if self.if_none_match is not None and _weakly_among(tag, self.if_none_match):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
        return full

    def require(self, body: Mapping[str, Any]) -> None:
        """Let a write go on only over the record that was read; ``body`` is what a read of it answers now.

        Raises PreconditionFailed; InvalidInput for an ``If-Match`` that holds no tag.
        """
        if self.if_match is None and self.if_none_match is None:
            return
        tag = tag_of(bytes(JSONResponse(body).body))
        self._require_match(tag)
        if self.if_none_match is not None and _weakly_among(tag, self.if_none_match):
            raise PreconditionFailed(
                "there is such a record already, and If-None-Match wants none; leave the header out"
            )

    def _require_match(self, tag: str) -> None:
        if self.if_match is None or self.if_match.strip() == "*":
            return
        if not _is_list(self.if_match):
            raise InvalidInput(
                'If-Match: this is no entity tag; send the ETag of your last read as it came, like "6f1c…"'
            )
        # A weak tag says that two bodies mean the same, which is not enough to write over one of them.
        if not any(found == tag for weak, found in _TAG.findall(self.if_match) if not weak):
            raise PreconditionFailed(
                f"the record has changed since it was read: its ETag is {tag} now; read it again and decide anew"
            )


def _is_list(field: str) -> bool:
    return set(_TAG.sub("", field)) <= _BETWEEN and _TAG.search(field) is not None


def _weakly_among(tag: str, field: str) -> bool:
    return field.strip() == "*" or any(found == tag for _, found in _TAG.findall(field))


_Field = Annotated[str, StringConstraints(max_length=LONGEST)]


def _conditions(
    request: Request,
    if_match: Annotated[
        _Field | None, Header(alias="If-Match", description="ETag of what was read; 412 where it has changed since")
    ] = None,
    if_none_match: Annotated[
        _Field | None, Header(alias="If-None-Match", description="ETag of what is known; 304 where it still is so")
    ] = None,
) -> Conditions:
    return Conditions(
        if_match=None if if_match is None else _joined(request, "If-Match"),
        if_none_match=None if if_none_match is None else _joined(request, "If-None-Match"),
    )


def _joined(request: Request, name: str) -> str:
    """A field may come on several lines, which count as one list (RFC 9110, 5.3)."""
    field = ", ".join(request.headers.getlist(name))
    if len(field) > LONGEST:
        raise InvalidInput(f"{name} holds {len(field)} characters; {LONGEST} are enough for the tags of one record")
    return field


Given = Annotated[Conditions, Depends(_conditions)]
"""Parameter type of an endpoint that answers or changes one record: ``given.answer(body)``, ``given.require(body)``."""
