"""The clients and projects that a row names: checked where the firm keeps lists of them, and only there."""

from collections.abc import Sequence

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Assignment, Client, Contract, Project, Task
from hourtrail.domain.ports import MasterRecord
from hourtrail.flows.resolve import nearest
from hourtrail.store import TenantStore
from hourtrail.store.master import key_of, key_parts, key_text


class Codes:
    """The codes that rows of one kind may name, read once for all of them."""

    def __init__(self, db: TenantStore, kind: type[MasterRecord], rows: Sequence[MasterRecord]) -> None:
        self._clients = db.closed_codes(Client) if kind in {Project, Task, Assignment, Contract} else {}
        self._projects = db.closed_codes(Project) if kind in {Task, Assignment, Contract} else {}
        fresh = {key_of(row) for row in rows if not getattr(row, "closed", True) and self._is_closed(row)}
        self._fresh = fresh - set(db.directory_named(kind, fresh))

    def require(self, row: MasterRecord) -> None:
        """Raises InvalidInput for a code that is on no list, with the nearest; and for new work where none is taken."""
        client, project = _codes_of(row)
        if client and self._clients and key_text(client) not in self._clients:
            raise InvalidInput(
                f"client: the firm's clients hold no {client[:60]!r}{nearest(client, _texts(self._clients))}"
            )
        if project and self._projects and key_text(client, project) not in self._projects:
            known = _texts(self._projects)
            raise InvalidInput(
                f"project: the firm's projects hold no {client[:60]}/{project[:60]}{nearest(f'{client}/{project}', known)}"
            )
        if key_of(row) in self._fresh:
            raise InvalidInput(
                f"status: {'/'.join(filter(None, (client, project)))} is closed and takes no new work; open it first, or tell"
                " this row as closed"
            )

    def _is_closed(self, row: MasterRecord) -> bool:
        """Whether the client or the project above the row is."""
        client, project = _codes_of(row)
        above = self._projects.get(key_text(client, project), False) if project else False
        return above or self._clients.get(key_text(client), False)


def _codes_of(row: MasterRecord) -> tuple[str, str]:
    if isinstance(row, (Task, Assignment)):
        return row.item.client, row.item.project
    if isinstance(row, Contract):
        return row.client, row.project
    return (row.client, "") if isinstance(row, Project) else ("", "")


def _texts(keys: dict[str, bool]) -> list[str]:
    return ["/".join(key_parts(key)) for key in keys]
