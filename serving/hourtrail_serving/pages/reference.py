"""``/docs``: the API's reference for people, written by the server from the document itself. Open, as the document is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from hourtrail.domain.errors import NotFound
from hourtrail_serving.pages.reference_view import Member, Operation, operations, said, schemas
from hourtrail_serving.pages.shell import PAGES, GuardedPage, page
from hourtrail_serving.schemas.parts import Schema

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=GuardedPage)

PAGES.filters["said"] = said


@dataclass(frozen=True, slots=True)
class Reference:
    """What the pages show, made once of a document."""

    about: str
    topics: Mapping[str, tuple[str, tuple[Operation, ...]]]
    schemas: Mapping[str, tuple[str, tuple[Member, ...]]]


def reference_of(document: Schema) -> Reference:
    """The operations by topic, with what the document says of each topic."""
    words = {row["name"]: row.get("description", "") for row in document.get("tags", ())}
    found: dict[str, list[Operation]] = {}
    for one in operations(document):
        found.setdefault(one.topic, []).append(one)
    topics = {name: (words.get(name, ""), tuple(rows)) for name, rows in found.items()}
    return Reference(about=document["info"]["description"], topics=topics, schemas=schemas(document))


def _reference(request: Request) -> Reference:
    state: Any = request.app.state
    if getattr(state, "reference", None) is None:
        state.reference = reference_of(request.app.openapi())
    found: Reference = state.reference
    return found


@router.get("/docs")
def show_reference(request: Request) -> HTMLResponse:
    """What there is, by topic, and how to ask."""
    return page(request, "reference.html", reference=_reference(request), topic="")


@router.get("/docs/{topic}")
def show_topic(request: Request, topic: str) -> HTMLResponse:
    """Every operation of one topic, or every schema."""
    reference = _reference(request)
    if topic != "schemas" and topic not in reference.topics:
        raise NotFound("there is no such topic; /docs lists those that there are")
    return page(request, "reference.html", reference=reference, topic=topic)
