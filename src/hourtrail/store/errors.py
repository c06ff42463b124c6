"""What can go wrong between the program and its database, in words for the person who runs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from hourtrail.domain.errors import Conflict, HourtrailError


class StoreUnavailable(HourtrailError):
    """The database cannot be reached, is busy, is newer than the program, or is not Hourtrail's."""


def first_line(error: BaseException) -> str:
    """The driver's own words, without SQL and parameters (they may hold personal data)."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().split("\n")[0]


@contextmanager
def told_plainly(url: URL) -> Iterator[None]:
    """Turn the driver's errors into Hourtrail's: Conflict for a broken rule of the database, else StoreUnavailable."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(f"the database refused the change ({first_line(error)}); read the record again") from error
    except OperationalError as error:
        raise StoreUnavailable(
            f"database {url.render_as_string()}: {first_line(error)}; nothing of this step was kept, so run it again"
        ) from error
    except NoConnection as error:
        raise StoreUnavailable(
            f"database {url.render_as_string()}: all connections of this process are in use; run it again shortly"
        ) from error
    except DBAPIError as error:
        raise StoreUnavailable(f"database {url.render_as_string()}: {first_line(error)}") from error
