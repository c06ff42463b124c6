"""An address that leads nowhere: a browser gets a page, a program the problem document."""

from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hourtrail_serving.pages.shell import page
from hourtrail_serving.problems import http_problem

_WORDS = "there is nothing at this address; it may have been moved or misspelt"


async def answer(request: Request, error: Exception) -> Response:
    """The page where a person looks for one, else what :func:`~hourtrail_serving.problems.http_problem` answers."""
    assert isinstance(error, HTTPException)
    if error.status_code != HTTPStatus.NOT_FOUND or "text/html" not in request.headers.get("accept", ""):
        return await http_problem(request, error)
    return await run_in_threadpool(
        page, request, "refused.html", status=HTTPStatus.NOT_FOUND, error=_WORDS, heading="Nothing here"
    )
