"""A tenant's own look: its colour as a style sheet, its logo as it was stored. Open, as the sign-in page is that shows them."""

from fastapi import APIRouter
from starlette.responses import Response

from hourtrail.domain.brand import on_dark
from hourtrail.domain.errors import NotFound
from hourtrail_serving.gate import Guarded
from hourtrail_serving.served import Context

router = APIRouter(include_in_schema=False, route_class=Guarded)


@router.get("/brand/style.css")
def get_style(served: Context) -> Response:
    """The tenant's colour in the place of ours, and a lighter shade of it on dark ground."""
    colour = served.settings.brand.colour
    text = (
        f":root {{ --brand: {colour}; --brand-ink: #fff; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --brand: {on_dark(colour)}; --brand-ink: #10231d; }} }}\n"
    )
    return Response(text, media_type="text/css")


@router.get("/brand/logo")
def get_logo(served: Context) -> Response:
    """The picture that the settings name. Raises NotFound."""
    digest = served.settings.brand.logo
    content = None
    if digest:
        with served.store.tenant(served.tenant, read_only=True) as db:
            content = db.logo(digest)
    if content is None:
        raise NotFound("there is no logo here")
    return Response(content, media_type="image/png")
