"""Confidence: what may be shown as sure, why, what it costs, and whether it is proven."""

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.responses import JSONResponse

from hourtrail.flows.confidence_report import confidence_report
from hourtrail_serving.gate import Guarded
from hourtrail_serving.openapi import answers
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["confidence"], route_class=Guarded)


@router.get("/confidence", responses=answers("Confidence", "Thresholds, audit, gates, breaker, drift"))
def get_confidence(served: Context) -> JSONResponse:
    """Thresholds in force and why, their cost, the blind audit's proof, limited people, breaker and drift alarms."""
    report = confidence_report(served.store, served.tenant, served.models, now=datetime.now(UTC))
    return JSONResponse(report.to_json())
