"""How much is used, for a price list: numbers by day, workflow and unit."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from hourtrail.exporters.tables import write_csv
from hourtrail.flows.usage import COLUMNS, usage
from hourtrail_serving.fields import Day
from hourtrail_serving.gate import Guarded
from hourtrail_serving.openapi import answers
from hourtrail_serving.schemas.parts import TEXT
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["usage"], route_class=Guarded)


class UsageForm(StrEnum):
    """How it is told."""

    JSON = "json"
    CSV = "csv"


_ANSWERS = answers("Usage", "What was done, by day and unit; as CSV where that is asked for")
_ANSWERS[200]["content"]["text/csv"] = {"schema": TEXT}


@router.get("/usage", responses=_ANSWERS)
def get_usage(
    served: Context,
    *,
    first: Annotated[Day | None, Query(alias="from", description="First UTC day; 30 days before the last")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Last UTC day, included; today")] = None,
    form: Annotated[
        UsageForm, Query(alias="format", description="csv: tenant, day, workflow, unit, count")
    ] = UsageForm.JSON,
) -> Response:
    """What was ingested, suggested, scored, decided, checked and billed. Nobody is named; `active_people` are counted once."""
    until = last or datetime.now(UTC).date()
    found = usage(served.store, served.tenant, first or until - timedelta(days=30), until)
    if form is UsageForm.JSON:
        return JSONResponse(found.to_json())
    text = StringIO()
    write_csv(found.rows(), COLUMNS, text)
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8")
