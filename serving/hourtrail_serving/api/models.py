"""Which models serve, since when, what they learned from, and their cards."""

from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from hourtrail_models.serving_report import serving_card, serving_report
from hourtrail_serving.fields import IdPath
from hourtrail_serving.gate import Guarded
from hourtrail_serving.openapi import answers
from hourtrail_serving.schemas.parts import TEXT
from hourtrail_serving.served import Context

router = APIRouter(prefix="/v1", tags=["models"], route_class=Guarded)


@router.get("/models", responses=answers("ServingModels", "Every listed use case, and what answers it"))
def list_models(served: Context) -> JSONResponse:
    """For each use case of the allow-list: which weights answer (name, version, digest), since when, when their training data
    ends, what answers silently beside them, and why rules answer instead, where they do.

    `since` is when its approver signed for it, or when it first answered here.
    """
    with served.store.tenant(served.tenant, read_only=True) as db:
        return JSONResponse(serving_report(db, served.models, today=datetime.now(UTC).date()))


@router.get(
    "/models/{name}/card",
    response_class=Response,
    responses={
        **answers("ServingModels", "The card", HTTPStatus.NOT_FOUND),
        200: {"description": "The model card, Markdown", "content": {"text/markdown": {"schema": TEXT}}},
    },
)
def get_model_card(served: Context, name: IdPath) -> Response:
    """What the model of this use case is worth, what it learned from, how good it is, and where it fails."""
    text = serving_card(served.models, served.tenant, name)
    return Response(text, media_type="text/markdown; charset=utf-8")
