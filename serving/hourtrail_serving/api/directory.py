"""The directory: people, clients, projects, tasks, terms and days off, as the system that owns them tells them."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from hourtrail.domain.access import MissingPermission, Permission, Principal
from hourtrail.domain.activity import Rejected, SourceRef
from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.directory import DIRECTORY, PRICED
from hourtrail.flows.directory.removing import remove_row
from hourtrail.flows.directory.telling import (
    directory_page,
    directory_referenced,
    directory_row,
    put_directory,
    without_own,
)
from hourtrail_serving.cursors import Limit
from hourtrail_serving.etags import Given
from hourtrail_serving.fields import Code, Strict
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, one, writes
from hourtrail_serving.places import WideCursor, WideId, cursor_of, place_of
from hourtrail_serving.records import Row, ingested, read_rows
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["directory"], route_class=Guarded)

MOST: Final = 2_000


class DirectoryKind(StrEnum):
    """A kind of the directory, by the word of its data contract."""

    PEOPLE = "people"
    CLIENTS = "clients"
    PROJECTS = "projects"
    TASKS = "tasks"
    ASSIGNMENTS = "assignments"
    CONTRACTS = "contracts"
    RATE_CARDS = "rate-cards"
    HOLIDAYS = "holidays"
    PERIODS = "periods"
    MILESTONES = "milestones"
    TAX_RATES = "tax-rates"


KindPath = Annotated[DirectoryKind, Path(description="A kind of the data contracts")]
SourceQuery = Annotated[Code | None, Query(description="The system whose id `external_id` is")]
ExternalIdQuery = Annotated[Code | None, Query(description="What that system calls the row")]


class DirectoryRequest(Strict):
    """Rows of one kind."""

    rows: Annotated[
        tuple[Row, ...],
        Field(min_length=1, max_length=MOST, description="rows of the kind's schema in data/contracts"),
    ]


@router.put(
    "/directory/{kind}", responses=writes("Ingested", "What was read, and what became of it", HTTPStatus.CONFLICT)
)
def put_directory_rows(
    served: Context, who: Who, kind: KindPath, body: DirectoryRequest, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Create or replace rows, by their codes and by `source` + `external_id`, read as a file of them is.

    Rows that are not sent stay as they are. A row that does not fit is in `refused` and costs no other; where none can be read
    the answer is 422. Contracts, rate cards, milestones and tax rates also need `prices:write`.
    """
    word = kind.value
    _require_prices(who, word)
    text = f"PUT directory {word} {body.as_sent()}"
    return JSONResponse(served.answers.once(who, idempotency_key, text, lambda: _put(served, who, word, body)))


def _put(served: Context, who: Principal, word: str, body: DirectoryRequest) -> dict[str, Any]:
    refused: list[Rejected] = []
    told = [without_own(row) for row in body.rows]
    rows = list(read_rows(word, told, DIRECTORY[word], refused))
    for index, row in [(index, row) for index, row in rows if "external_id" in row.extra and "source" not in row.extra]:
        reason = "names no source; say which system calls the row so"
        refused.append(Rejected(file=word, index=index, field="source", reason=reason))
        rows.remove((index, row))
    return ingested(put_directory(served.store, served.tenant, word, rows, refused, actor=who.actor))


def _require_prices(who: Principal, word: str) -> None:
    if word in PRICED and not who.may(Permission.PRICES_WRITE):
        raise MissingPermission(
            f"{word} decide what is billed: this needs {Permission.PRICES_WRITE} too, which {who.name} does not have"
        )


@router.get("/directory/{kind}", responses=answers("DirectoryRows", "Rows in the order of their codes"))
def list_directory_rows(
    served: Context,
    kind: KindPath,
    *,
    source: SourceQuery = None,
    external_id: ExternalIdQuery = None,
    limit: Limit = 100,
    cursor: WideCursor = None,
) -> JSONResponse:
    """The rows of one kind; with `source` and `external_id` the one that this system calls so, or none."""
    word = kind.value
    if (ref := reference_of(source, external_id)) is not None:
        rows = directory_referenced(served.store, served.tenant, word, ref)
        return JSONResponse({"rows": rows, "next_cursor": None})
    place = place_of(cursor, 1)
    page = directory_page(served.store, served.tenant, word, after=place[0] if place else "", limit=limit)
    return JSONResponse({"rows": page.rows, "next_cursor": None if page.after is None else cursor_of(page.after)})


def reference_of(source: str | None, external_id: str | None) -> SourceRef | None:
    """The id that is looked up, if one is. Raises InvalidInput for one half of it."""
    if source is None and external_id is None:
        return None
    if source is None or external_id is None:
        raise InvalidInput("give source and external_id together: an id is one of the system that gave it")
    return SourceRef(source.strip(), external_id.strip())


@router.get("/directory/{kind}/{name}", responses=one("DirectoryRow", "The row"))
def get_directory_row(served: Context, kind: KindPath, name: WideId, given: Given) -> Response:
    """One row by its id: its code where that is one plain word, else what lists tell as `id`."""
    return given.answer(directory_row(served.store, served.tenant, kind.value, name))


@router.delete(
    "/directory/{kind}/{name}",
    responses=writes(
        "RemovedRow", "What was removed", HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED
    ),
)
def delete_directory_row(
    served: Context, who: Who, kind: KindPath, name: WideId, *, given: Given, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Remove a row that was told by mistake, and its ids of other systems, which may name another row from now on.

    Only one that nothing refers to; else 409 `still-referred` lists what does. What was in use ends with its last day, or is
    closed. Contracts, rate cards, milestones and tax rates also need `prices:write`.
    """
    _require_prices(who, word := kind.value)

    def work() -> dict[str, Any]:
        remove_row(served.store, served.tenant, word, name, actor=who.actor, unchanged=given.require)
        return {"kind": word, "id": name}

    return JSONResponse(served.answers.once(who, idempotency_key, f"DELETE directory {word} {name}", work))
