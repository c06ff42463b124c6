"""What every page shares: the templates, who is signed in, and what is shown to those who are not, or may not."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hourtrail.cli.common import hours
from hourtrail.domain.access import Permission
from hourtrail.domain.accounts import NotSignedIn
from hourtrail.domain.brand import COLOUR, PRODUCT
from hourtrail.domain.errors import HourtrailError, NotAllowed
from hourtrail.domain.instants import format_instant
from hourtrail.domain.settings import Feature
from hourtrail.store.tenants import NOBODYS
from hourtrail_serving.fault_words import sentence
from hourtrail_serving.gate import CSRF_FIELD, Guarded
from hourtrail_serving.problems import challenge, status_of
from hourtrail_serving.served import served_of


def percent(share: float) -> str:
    """A confidence in words that never claim certainty: 0.9996 is not "100 %"."""
    if share > 0.99:
        return "over 99 %"
    return f"{share:.0%}".replace("%", " %") if share >= 0.01 else "under 1 %"


PAGES: Final = Environment(
    loader=PackageLoader("hourtrail_serving"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.filters["hours"] = hours
PAGES.filters["instant"] = format_instant
PAGES.filters["percent"] = percent
PAGES.globals["csrf_field"] = CSRF_FIELD


def without_commands(text: str) -> str:
    """What went wrong without what to type at a command line of ours: a branded page names its own product alone."""
    parts = [part for part in text.split("; ") if PRODUCT.lower() not in part.lower()]
    return "; ".join(parts) or "this cannot be done"


def page(request: Request, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: object) -> HTMLResponse:
    """A template with what every page needs."""
    served = served_of(request)
    own_brand = served.settings.brand.product != PRODUCT
    if own_brand and values.get("error"):
        values["error"] = without_commands(str(values["error"]))
    who, has = getattr(request.state, "principal", None), served.settings.features.has
    text = PAGES.get_template(template).render(
        brand=served.settings.brand,
        own_brand=own_brand,
        painted=served.settings.brand.colour != COLOUR,
        at=f"/at/{served.firm}" if served.firm else "",
        of_firm=f"?firm={served.firm}" if served.firm else "",
        degraded=served.models.degraded,
        tenant=served.tenant,
        login=served.login.required,
        who=who,
        may_review=who is not None and who.may(Permission.FINDINGS_READ) and has(Feature.REVIEW_QUEUE),
        may_answer=who is not None and who.may(Permission.FINDINGS_REVIEW),
        may_control=who is not None and (who.may(Permission.AUTO_POST_STOP) or who.may(Permission.MODE_WRITE)),
        csrf=getattr(request.state, "csrf", ""),
        **values,
    )
    return HTMLResponse(text, status_code=status)


def sign_in_page(
    request: Request, *, error: HourtrailError | None = None, onward: str = "/", login_name: str = ""
) -> HTMLResponse:
    """The form by which people sign in; with its status and header where it answers a refusal."""
    served = served_of(request)
    shown = page(
        request,
        "sign_in.html",
        status=HTTPStatus.OK if error is None else status_of(error),
        error=str(error) if error else "",
        onward=onward,
        login_name=login_name,
        provider=served.login.provider is not None,
        which_firm=served.tenant == NOBODYS and not served.firm,
    )
    if error is not None:
        shown.headers.update(challenge(request, error))
    return shown


def own_address(text: str) -> str:
    """``text`` where it is an address of this server, else the front door: nobody is sent elsewhere by a link of ours."""
    local = text.startswith("/") and not text.startswith(("//", "/\\")) and len(text) <= 1000
    return text if local and text.isprintable() and "\\" not in text else "/"


class GuardedPage(Guarded):
    """A guarded route that answers people: a form to sign in with, or a page that says what is missing."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The gate's handler, with pages in place of problems."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except NotSignedIn as error:
                asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                onward = own_address(asked) if request.method == "GET" else "/"
                came_back = request.app.state.tenancy.login.cookie in request.cookies
                shown = sign_in_page(request, error=error, onward=onward)
                # Who comes for the first time has done nothing wrong that needs to be told.
                return shown if came_back else _quiet(request, onward, shown)
            except NotAllowed as error:
                return page(request, "refused.html", status=status_of(error), error=str(error), heading="Not for you")
            except RequestValidationError as error:
                if "text/html" not in request.headers.get("accept", ""):
                    raise
                # Somebody changed the address by hand: they get a page, not a problem document.
                status, said = HTTPStatus.UNPROCESSABLE_ENTITY, sentence(error.errors())
                return page(request, "refused.html", status=status, error=said, heading="This address does not fit")

        return handle


def _quiet(request: Request, onward: str, loud: HTMLResponse) -> HTMLResponse:
    quiet = sign_in_page(request, onward=onward)
    quiet.status_code = loud.status_code
    quiet.headers["WWW-Authenticate"] = loud.headers["WWW-Authenticate"]
    return quiet
