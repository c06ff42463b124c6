"""Signing in and out, with a password or with the firm's identity provider."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hourtrail.domain.accounts import LONGEST_LOGIN, LONGEST_PASSWORD, NotSignedIn, SignInRefused, TooManyFailures
from hourtrail.flows.identity.sign_in import Attempt, SignedIn, account_for, sign_in, sign_out, start_session
from hourtrail_serving.fields import OptionalCode, Strict
from hourtrail_serving.gate import Login
from hourtrail_serving.journey import COOKIE, COOKIE_SECONDS, Journey
from hourtrail_serving.pages.shell import GuardedPage, own_address, sign_in_page
from hourtrail_serving.served import Context, Served, served_of

if TYPE_CHECKING:
    from hourtrail_serving.provider import Provider

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=GuardedPage)

BACK = "/sign-in/provider/back"


class SignInForm(Strict):
    """The form's fields; longer ones than the form lets in are refused as wrong, not as faulty."""

    login: Annotated[str, Field(max_length=4 * LONGEST_LOGIN)] = ""
    password: Annotated[str, Field(max_length=4 * LONGEST_PASSWORD)] = ""
    onward: OptionalCode = "/"
    csrf: OptionalCode = ""


class NoForm(Strict):
    """A form that only has the token of its session."""

    csrf: OptionalCode = ""


@router.get("/sign-in")
@router.get("/at/{firm}/sign-in")
def show_sign_in(request: Request, onward: Annotated[OptionalCode, Query()] = "/") -> Response:
    """The form, at the tenant's own host or under its name; where there is no login, the front door."""
    if not served_of(request).login.required:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    return sign_in_page(request, onward=own_address(onward))


@router.post("/sign-in")
@router.post("/at/{firm}/sign-in")
def post_sign_in(request: Request, served: Context, form: Annotated[SignInForm, Form()]) -> Response:
    """A new session in place of the browser's old one, and on to where the person wanted to go."""
    onward = own_address(form.onward)
    attempt = Attempt(
        login=form.login, password=form.password, address=_address(request),
        previous=request.cookies.get(served.login.cookie, ""),
    )  # fmt: skip
    try:
        done = sign_in(served.store, served.tenant, attempt, passwords=served.login.passwords)
    except (SignInRefused, TooManyFailures) as error:
        return sign_in_page(request, error=error, onward=onward, login_name=form.login[:LONGEST_LOGIN])
    return _signed_in(request, served, done, onward)


@router.post("/sign-out")
def post_sign_out(request: Request, served: Context, form: Annotated[NoForm, Form()]) -> Response:
    """End the session here and in the store."""
    del form
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    session = request.cookies.get(served.login.cookie, "")
    if session:
        sign_out(served.store, served.tenant, session)
        served.login.remembered.forget_session(session, served.tenant)
        answer.delete_cookie(served.login.cookie, path="/", secure=served.login.secure, httponly=True, samesite="lax")
    return answer


@router.get("/sign-in/provider")
@router.get("/at/{firm}/sign-in/provider")
def go_to_provider(request: Request, served: Context, onward: Annotated[OptionalCode, Query()] = "/") -> Response:
    """Off to the identity provider, with a cookie by which the way back is recognised."""
    journey = Journey.begun(own_address(onward), served.firm)
    try:
        address = _provider(served).address(journey, _redirect(request, served.login))
    except NotSignedIn as error:
        return sign_in_page(request, error=error, onward=journey.onward)
    answer = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        _cookie(served.login), str(journey), max_age=COOKIE_SECONDS, httponly=True, samesite="lax",
        secure=served.login.secure, path="/",
    )  # fmt: skip
    return answer


@router.get(BACK)
def come_back(
    request: Request,
    served: Context,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Back from the identity provider: who it is, whether there is an account, and a session for it."""
    journey = Journey.parse(request.cookies.get(_cookie(served.login), ""))
    if journey is not None and journey.firm:
        # Who it is says the provider; the name only says in which firm's list of accounts to look for them.
        request.path_params["firm"] = journey.firm
        served = request.state.served = request.app.state.tenancy.at_the_door(request)
    try:
        if journey is None:
            raise SignInRefused("this sign-in was not begun in this browser, or too long ago; begin again")
        redirect = _redirect(request, served.login)
        who = _provider(served).identified(journey, redirect, state=state, code=code)
        account = account_for(served.store, served.tenant, who, _address(request))
        done = start_session(
            served.store, served.tenant, account, "identity provider", address=_address(request),
            previous=request.cookies.get(served.login.cookie, ""),
        )  # fmt: skip
    except NotSignedIn as error:
        answer: Response = sign_in_page(request, error=error)
    else:
        answer = _signed_in(request, served, done, own_address(journey.onward))
    # Used once, whatever came of it.
    answer.delete_cookie(_cookie(served.login), path="/", secure=served.login.secure, httponly=True, samesite="lax")
    return answer


def _signed_in(request: Request, served: Served, done: SignedIn, onward: str) -> Response:
    login = served.login
    previous = request.cookies.get(login.cookie, "")
    of_previous = request.app.state.tenancy.tenant_of(previous)
    if previous and of_previous != served.tenant:
        # The browser has one session; the one of another firm ends where it was begun.
        sign_out(served.store, of_previous, previous)
    login.remembered.forget_session(previous, of_previous)
    answer = RedirectResponse(onward, HTTPStatus.SEE_OTHER)
    # Ends with the browser, and in the store when its time is over. Lax: who follows a link to a day arrives signed in.
    answer.set_cookie(login.cookie, done.secret, httponly=True, samesite="lax", secure=login.secure, path="/")
    return answer


def _provider(served: Served) -> "Provider":
    if served.login.provider is None:
        raise SignInRefused("this server knows no identity provider; sign in with a password")
    return served.login.provider


def _redirect(request: Request, login: Login) -> str:
    return (login.public_url or str(request.base_url)).rstrip("/") + BACK


def _address(request: Request) -> str:
    return request.client.host[:64] if request.client else ""


def _cookie(login: Login) -> str:
    """The name of the journey's cookie; the prefix lets browsers refuse one that another host of the domain planted."""
    return f"__Host-{COOKIE}" if login.secure else COOKIE
