"""A typed client of Hourtrail's API: ``Hourtrail(url, token)`` has a method for each operation, and tells apart what went wrong.

Types and operations are written from the API's own OpenAPI document; this package needs nothing of the server's.
"""

from hourtrail_client.calls import Calls
from hourtrail_client.transport import Answer, ClientSecret, Problem, Unchanged, pages

__all__ = ["Answer", "ClientSecret", "Hourtrail", "Problem", "Unchanged", "pages"]


class Hourtrail(Calls):
    """The API at an address, asked by one program."""
