"""What billing one contract needs to know, read once inside an open transaction."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import cached_property
from typing import Final

from hourtrail.checks import CheckContext, CheckPolicy, Grain
from hourtrail.checks.policy import load as load_check_policy
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import Conflict, InvalidInput, NotFound
from hourtrail.domain.finding import Blame, Finding, Severity, Subject
from hourtrail.domain.firm import Contract, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.pricing import HeldReason, Objection, TaxRules, currency_of, is_closed, next_open
from hourtrail.domain.queue import Place
from hourtrail.domain.ratecard import RateCard
from hourtrail.domain.review import Raised
from hourtrail.flows.billing.settings import billing_policy_of
from hourtrail.flows.causes import Contexts
from hourtrail.flows.resolve import nearest
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.policy.billing import BillingPolicy
from hourtrail.store import TenantStore

_FACTS: Final = frozenset(row.name for row in fields(Contract)) - {"extra"}
"""What a contract states in fields of its own; every other fact is a further column of its file."""


class Ground:
    """The master data, the policies and the owners of one tenant."""

    def __init__(self, db: TenantStore, today: date) -> None:
        self.db, self.today = db, today
        self.master: MasterData = db.master()
        self.policy: BillingPolicy = billing_policy_of(db)
        self.review_policy = review_policy_of(db)
        self._contexts = Contexts((), self.master)
        self._tax_rules: dict[str, TaxRules] = {}

    @cached_property
    def check_policy(self) -> CheckPolicy:
        """The tenant's own rules for checks, else the defaults."""
        stated = self.review_policy.check_policy
        return load_check_policy(stated, "check policy") if stated else CheckPolicy()

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """The contracts by id."""
        return {contract.id: contract for contract in self.master.contracts}

    def contract(self, name: str) -> Contract:
        """One contract. Raises NotFound with the nearest name."""
        if name not in self.contracts:
            raise NotFound(f"there is no contract {name!r}{nearest(name, sorted(self.contracts))}")
        return self.contracts[name]

    @cached_property
    def _projects(self) -> frozenset[tuple[str, str]]:
        known = [task.item for task in self.master.tasks] + [row.item for row in self.master.assignments]
        return frozenset((item.client, item.project) for item in known)

    def knows_project(self, item: WorkItem) -> bool:
        """Whether the task list or an assignment names the project of ``item``, for its client where it states one."""
        clients = {item.client} if item.client else {client for client, _ in self._projects}
        return any((client, item.project) in self._projects for client in clients)

    def contract_of_project(self, project: str) -> Contract:
        """The only contract under which a project is done. Raises NotFound without one, InvalidInput with several."""
        items = {task.item for task in self.master.tasks if task.item.project == project}
        found = {contract.id for item in items if (contract := self.master.contract(item))}
        found |= {contract.id for contract in self.master.contracts if contract.project == project}
        if not found:
            raise NotFound(f"no contract names project {project!r}, and no task of it names one")
        if len(found) > 1:
            raise InvalidInput(f"project {project} is done under {', '.join(sorted(found))}; say which with --contract")
        return self.contracts[found.pop()]

    def context(self, contract: Contract) -> CheckContext:
        """The live entries of the contract's client, with the master data, as the checks look at them."""
        own = {task.item.project for task in self.master.tasks if task.item.client == contract.client}
        own |= {row.project for row in self.master.contracts if row.client == contract.client}
        projects = sorted(name for name in own - {""} if self._contexts.client(WorkItem("", name)) == contract.client)
        master = self.master
        return CheckContext(
            entries=tuple(self.db.entries_for_client(contract.client, projects)),
            tasks=master.tasks or None,
            assignments=master.assignments or None,
            contracts=master.contracts or None,
            people=master.people or None,
            rates=master.rates or None,
            periods=master.periods or None,
            milestones=master.milestones or None,
            as_of=self.today,
            grain=Grain.DAY,
        )

    def place(self, blame: Blame, *, check: str, worker: str = "") -> Place:
        """Who owns a matter: what the review policy says of a finding of that check and blame on that person's time."""
        finding = Finding(
            id="", check=check, severity=Severity.BLOCK, subject=Subject(contract="any"), score=1.0, measured="",
            expected="", explanation="", fingerprint="", blame=blame,
        )  # fmt: skip
        return self.review_policy.place(Raised(finding=finding, worker=worker), self.master)

    def tax_rules(self, contract: Contract) -> TaxRules:
        """The tax on what a contract bills; made once, and asked for every line."""
        if contract.id not in self._tax_rules:
            self._tax_rules[contract.id] = TaxRules(contract, self.master.tax_rates)
        return self._tax_rules[contract.id]

    def lacks_tax_code(self, contract: Contract) -> bool:
        """Whether every line of the contract is held, because tax is charged and the contract names no code."""
        ruling = self.tax_rules(contract).on(self.today)
        return isinstance(ruling, Objection) and ruling.reason is HeldReason.MISSING_TAX_CODE

    def missing_facts(self, contract: Contract) -> list[str]:
        """What the policy demands of a client's record and this contract does not hold."""
        missing = []
        for name in self.policy.client_facts:
            value = getattr(contract, name) if name in _FACTS else contract.extra.get(name)
            if name == "currency":
                value = currency_of(contract, RateCard.of(contract.id, self.master.rates))
            if value is None or not str(value).strip():
                missing.append(name)
        return missing

    def require_open(self, day: date) -> None:
        """Refuse to post into a closed accounting period. Raises Conflict, offering the next open one."""
        periods = self.master.periods
        if not is_closed(day, periods):
            return
        offer = next_open(day, periods)
        then = (
            f"the next open one runs from {offer.starts_on} to {offer.ends_on}: post there with --on {max(day, offer.starts_on)}"
            if offer
            else "no open one follows; ask finance to open it"
        )
        raise Conflict(f"the accounting period of {day} is closed; {then}")


def by_id(entries: Iterable[TimeEntry]) -> dict[str, TimeEntry]:
    """Entries by their id."""
    return {entry.id: entry for entry in entries}
