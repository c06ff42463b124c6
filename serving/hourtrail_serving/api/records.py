"""What other systems book: expenses, payments, and their ids of our invoices and time entries. Invoices, to be read."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from hourtrail.domain.access import Principal
from hourtrail.domain.activity import Rejected, SourceRef
from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.invoices import invoices
from hourtrail.flows.ledger_rows import LEDGER, OWN, ledger_page, ledger_referenced, ledger_row, put_ledger
from hourtrail.flows.references import Reference, put_references, references
from hourtrail.store.master import key_parts
from hourtrail_serving.api.directory import DirectoryRequest, ExternalIdQuery, SourceQuery, reference_of
from hourtrail_serving.cursors import Limit
from hourtrail_serving.etags import Given
from hourtrail_serving.fields import Code, OptionalCode, Strict
from hourtrail_serving.gate import Guarded, Who
from hourtrail_serving.idempotency import IdempotencyKey
from hourtrail_serving.openapi import answers, one, writes
from hourtrail_serving.places import WideCursor, WideId, cursor_of, place_of
from hourtrail_serving.records import ingested, read_rows
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["records"], route_class=Guarded)

MOST_IDS: Final = 500


class RecordKind(StrEnum):
    """A kind of record, by the word of its data contract."""

    EXPENSES = "expenses"
    PAYMENTS = "payments"


class ReferredKind(StrEnum):
    """Records of ours that other systems have ids for."""

    TIME_ENTRIES = "time-entries"
    INVOICES = "invoices"


RecordPath = Annotated[RecordKind, Path(description="A kind of the data contracts")]


@router.put(
    "/records/{kind}", responses=writes("Ingested", "What was read, and what became of it", HTTPStatus.CONFLICT)
)
def put_records(
    served: Context, who: Who, kind: RecordPath, body: DirectoryRequest, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Keep expenses or payments, by `source` + `external_id`. Told anew, a row corrects the one before, which stays in the log.

    An expense on unknown work, or a payment on a draft that is unknown or not posted, is in `refused` with the nearest.
    """
    text = f"PUT records {kind.value} {body.as_sent()}"
    return JSONResponse(served.answers.once(who, idempotency_key, text, lambda: _put(served, who, kind.value, body)))


def _put(served: Context, who: Principal, word: str, body: DirectoryRequest) -> dict[str, Any]:
    refused: list[Rejected] = []
    told = [{name: value for name, value in row.items() if name not in OWN} for row in body.rows]
    rows = list(read_rows(word, told, LEDGER[word], refused))
    return ingested(put_ledger(served.store, served.tenant, word, rows, refused, actor=who.actor))


@router.get("/records/{kind}", responses=answers("Records", "Records as they stand, by source and id"))
def list_records(
    served: Context,
    kind: RecordPath,
    *,
    source: SourceQuery = None,
    external_id: ExternalIdQuery = None,
    limit: Limit = 100,
    cursor: WideCursor = None,
) -> JSONResponse:
    """Expenses or payments; with `source` and `external_id` the one that this system calls so, or none."""
    if (ref := reference_of(source, external_id)) is not None:
        rows = ledger_referenced(served.store, served.tenant, kind.value, ref)
        return JSONResponse({"rows": rows, "next_cursor": None})
    place = place_of(cursor, 2)
    after = SourceRef(*place) if place else None
    page = ledger_page(served.store, served.tenant, kind.value, after=after, limit=limit)
    following = None if page.after is None else cursor_of(*key_parts(page.after))
    return JSONResponse({"rows": page.rows, "next_cursor": following})


@router.get("/records/{kind}/{name}", responses=one("RecordRow", "The record"))
def get_record(served: Context, kind: RecordPath, name: WideId, given: Given) -> Response:
    """One record by the `id` that lists tell, with what was told of it before, newest first."""
    return given.answer(ledger_row(served.store, served.tenant, kind.value, name))


class ReferenceBody(Strict):
    """What a system calls one record of ours."""

    kind: ReferredKind
    id: Annotated[Code, Field(description="the time entry's id, or the posted draft's")]
    source: Annotated[Code, Field(pattern=r"^[^:\x00]+$")]
    external_id: Code

    def reference(self) -> Reference:
        """As the flow takes it."""
        ref = SourceRef(self.source.strip(), self.external_id.strip())
        return Reference(kind=self.kind.value, id=self.id, ref=ref)


class ReferencesRequest(Strict):
    """Ids of another system."""

    rows: Annotated[tuple[ReferenceBody, ...], Field(min_length=1, max_length=MOST_IDS)]


@router.put("/external-ids", responses=writes("Ingested", "What became of each id", HTTPStatus.CONFLICT))
def put_external_ids(
    served: Context, who: Who, body: ReferencesRequest, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Say what another system calls a time entry or an invoice. An id stands for one record for ever."""

    def work() -> dict[str, Any]:
        rows = [row.reference() for row in body.rows]
        return ingested(put_references(served.store, served.tenant, rows, actor=who.actor))

    return JSONResponse(served.answers.once(who, idempotency_key, f"PUT external-ids {body.as_sent()}", work))


@router.get("/external-ids", responses=answers("ExternalIds", "Ids and the records that they stand for"))
def list_external_ids(
    served: Context,
    kind: Annotated[ReferredKind, Query(description="What sort of record")],
    *,
    source: SourceQuery = None,
    external_id: ExternalIdQuery = None,
    record: Annotated[Code | None, Query(alias="id", description="Our id: everything that it is called")] = None,
) -> JSONResponse:
    """The record that a system calls so, or what systems call one record of ours."""
    ref = reference_of(source, external_id)
    if (ref is None) == (record is None):
        raise InvalidInput("give either source and external_id, or id")
    found = references(served.store, served.tenant, kind.value, ref=ref, record=record or "")
    return JSONResponse(
        {
            "external_ids": [
                {"kind": row.kind, "id": row.id, "source": row.ref.source, "external_id": row.ref.external_id}
                for row in found
            ]
        }
    )


@router.get("/invoices", responses=answers("Invoices", "Posted drafts, oldest first"))
def list_invoices(
    served: Context,
    *,
    source: SourceQuery = None,
    external_id: ExternalIdQuery = None,
    client: Annotated[OptionalCode, Query(description="Only this client's")] = "",
    contract: Annotated[OptionalCode, Query(description="Only this contract's")] = "",
    limit: Limit = 100,
    cursor: WideCursor = None,
) -> JSONResponse:
    """Posted drafts with totals, taxes, what other systems call them, what was paid and what is open."""
    place = place_of(cursor, 1)
    page = invoices(
        served.store, served.tenant, ref=reference_of(source, external_id), client=client, contract=contract,
        after=place[0] if place else "", limit=limit,
    )  # fmt: skip
    following = cursor_of(page.rows[-1]["id"]) if page.more else None
    return JSONResponse({"invoices": page.rows, "next_cursor": following})
