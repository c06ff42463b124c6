"""How trackers name people: by address and by name. Those outside the firm are the client's contacts."""

from typing import Any

from hourtrail_training.simulator.world import Firm

Json = dict[str, Any]


class Directory:
    """The firm's people and its clients' contacts as the three trackers tell them."""

    def __init__(self, firm: Firm) -> None:
        self._people = {
            employee.id: (number, employee.handle, employee.person.name)
            for number, employee in enumerate(firm.employees, start=1)
        }
        self._contacts = firm.contacts
        self._domain = firm.domain

    def outsider(self, client: str) -> str:
        """Who opens a client's tickets; the firm's own service desk where it knows nobody there."""
        contacts = self._contacts.get(client)
        return contacts[0] if contacts else f"service-desk@{self._domain}"

    def jira(self, person: str) -> Json:
        """``{"accountId", "emailAddress", "displayName"}``."""
        _, handle, name = self._of(person)
        return {"accountId": f"simulated:{handle}", "emailAddress": person, "displayName": name}

    def github(self, person: str) -> Json:
        """``{"login", "id", "type", "email"}``: the address stands there for people who show it in their profile."""
        number, handle, _ = self._of(person)
        return {"login": handle, "id": number, "type": "User", "email": person}

    def redmine(self, person: str) -> Json:
        """``{"id", "name", "mail"}``: Redmine adds the address where the account shows it."""
        number, _, name = self._of(person)
        return {"id": number, "name": name, "mail": person}

    def _of(self, person: str) -> tuple[int, str, str]:
        handle = person.partition("@")[0]
        return self._people.get(person, (90_000 + sum(map(ord, person)), handle, handle.replace(".", " ").title()))
