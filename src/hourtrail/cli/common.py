"""What every command shares: where the data is, how answers are printed, how days are written."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import click
from rich.console import Console

from hourtrail.cli.settings import Settings
from hourtrail.domain.activity import Rejected
from hourtrail.domain.errors import HourtrailError, NotFound
from hourtrail.domain.instants import parse_date
from hourtrail.flows.known_tenants import require_known
from hourtrail.store import Store, default_url, open_store

P = ParamSpec("P")
T = TypeVar("T")


def _store_option(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(Settings).store_url = value


def _tenant_option(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(Settings).tenant = value


_JSON: Final = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there."
)
_TENANT: Final = click.option(
    "--tenant", metavar="NAME", callback=_tenant_option, expose_value=False, help="Whose data."
)
_STORE: Final = click.option("--store", metavar="URL", callback=_store_option, expose_value=False, help="Database URL.")


def common_options(command: Callable[P, T]) -> Callable[P, T]:
    """``--store``, ``--tenant`` and ``--json``; the command receives only ``as_json``."""
    return _STORE(_TENANT(_JSON(command)))


def installation_options(command: Callable[P, T]) -> Callable[P, T]:
    """``--store`` and ``--json``, for what concerns no tenant, or several."""
    return _STORE(_JSON(command))


class Day(click.ParamType[date]):
    """A calendar day, ``2026-03-02`` or ``today``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; wrong usage is explained with an example."""
        if isinstance(value, date):
            return value
        if value == "today":
            return datetime.now(UTC).astimezone().date()
        try:
            return parse_date(value)
        except HourtrailError as error:
            self.fail(str(error), param, ctx)


@contextmanager
def opened(
    ctx: click.Context, *, create: bool = False, reading: bool = False, suspended: bool = False
) -> Iterator[tuple[Store, str]]:
    """The store and the tenant's name; the store is closed at the end.

    For a tenant that is suspended nothing but ``reading`` is done (TenantSuspended), unless ``suspended`` says that this is
    for it all the same: to let it go on, to hand out what is its own, to stop something. Only a command that brings data in
    makes a new SQLite file, or a tenant: a mistyped name must not answer "nothing there" (NotFound).
    """
    tenant = ctx.ensure_object(Settings).tenant_name
    with opened_store(ctx, create=create) as store:
        if not create:
            require_known(store, tenant)
        store.only_active = not suspended
        if not reading and not suspended:
            with store.tenant(tenant, read_only=True) as db:
                db.require_active()
        yield store, tenant


@contextmanager
def opened_store(ctx: click.Context, *, create: bool = False) -> Iterator[Store]:
    """The store alone, for what concerns no tenant, or several."""
    url = ctx.ensure_object(Settings).store_url or os.environ.get("HOURTRAIL_STORE") or default_url()
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") or "://" not in url else None
    if not create and file is not None and not file.exists():
        raise NotFound(f"there is no database at {file}; `hourtrail ingest` makes one, or name yours with --store")
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()


def answer(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def console() -> Console:
    """Where people read answers; plain text when it is not a terminal, then wide enough not to wrap."""
    terminal = sys.stdout.isatty()
    return Console(width=None if terminal else 140, highlight=False, soft_wrap=not terminal)


def say(text: str) -> None:
    """A line for the person, on standard error."""
    click.echo(text, err=True)


def say_refused(rows: list[Rejected], total: int, most: int = 20) -> None:
    """Refused records on standard error, the first of them in full."""
    if not total:
        return
    say(f"{counted(total, 'record')} refused; the good ones were kept:")
    for row in rows[:most]:
        say(f"  {row}")
    if total > most:
        say(f"  … and {total - most} more; --json lists up to 1,000")


def counter(unit: str) -> Callable[[int], None]:
    """A progress line on standard error that rewrites itself; silent when nobody watches."""
    if not sys.stderr.isatty():
        return lambda _done: None

    def show(done: int) -> None:
        click.echo(f"\r{done:,} {unit}", err=True, nl=False)

    return show


def end_progress() -> None:
    """Leave the progress line."""
    if sys.stderr.isatty():
        click.echo(err=True)


def counted(number: int, one: str, many: str = "") -> str:
    """``1 record``, ``2 records``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def hours(minutes: int) -> str:
    """Minutes as ``7:05`` hours."""
    return f"{minutes // 60}:{minutes % 60:02d}"
