"""Whether the process lives, and whether it can do its work."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from sqlalchemy import column, select, table
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from hourtrail.domain.wire import model_to_json
from hourtrail.store import Store
from hourtrail.store.migrate import HEAD, VERSION_TABLE
from hourtrail_serving.gate import Guarded
from hourtrail_serving.openapi import answers
from hourtrail_serving.served import Context

router = APIRouter(tags=["health"], route_class=Guarded)


@router.get("/livez", responses=answers("Alive", "The process answers"))
def livez() -> JSONResponse:
    """Alive means that the process answers; nothing else is looked at."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz", responses=answers("Readiness", "Ready; or degraded, when rules answer instead of the model"))
def readyz(served: Context) -> JSONResponse:
    """Ready means: the database answers and has this program's schema. Without the model the rules answer: degraded."""
    database, schema = _database(served.store)
    ready = database == "ok" and schema == HEAD
    body: dict[str, Any] = {
        "status": "unavailable" if not ready else "degraded" if served.models.degraded else "ready",
        "database": database,
        "schema": schema if schema == HEAD else f"{schema or 'unknown'}, this program needs {HEAD}",
        "model": model_to_json(served.models.scorer.ref),
        "degraded": served.models.degraded or None,
    }
    return JSONResponse(body, status_code=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _database(store: Store) -> tuple[str, str]:
    try:
        with store.engine.connect() as connection:
            found = connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))
    except SQLAlchemyError:
        # Details name the database's address; they belong into the log of whoever opens it next.
        return "does not answer", ""
    return "ok", str(found or "")
