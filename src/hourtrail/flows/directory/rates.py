"""Rates of a firm that changes them under dual control: a first card and a new contract may be told, a change may not."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Contract, Rate
from hourtrail.domain.ports import MasterRecord
from hourtrail.flows.billing.settings import billing_policy_of
from hourtrail.store import TenantStore
from hourtrail.store.master import key_of

_OF_CONTRACT: Final = ("kind", "currency", "blended_rate", "overage_rate")
"""What a contract states beside its card and prices work: how it is billed, in what, and rates before or beside the card's."""


@dataclass(slots=True)
class RateControl:
    """Which rates are fixed: those of cards that had a row, and of contracts that stood, before this input."""

    _fixed: dict[str, bool] = field(default_factory=dict)
    _rows: dict[str, Rate] = field(default_factory=dict)
    _contracts: dict[str, Contract | None] = field(default_factory=dict)
    _on: bool | None = None

    def look(self, db: TenantStore, rows: Sequence[MasterRecord]) -> None:
        """Read what stands of the cards that ``rows`` are about; nothing where the firm does not ask for two people."""
        contracts = {row.contract for row in rows if isinstance(row, Rate)} - self._fixed.keys()
        terms = {row.id for row in rows if isinstance(row, Contract)} - self._contracts.keys()
        if not (contracts or terms) or self._on is False:
            return
        self._on = billing_policy_of(db).rate_approval
        if not self._on:
            return
        master = db.master()
        # The first look counts: a contract that is told for the first time is not fixed by a later part of the same input.
        self._contracts |= dict.fromkeys(terms)
        self._contracts |= {row.id: row for row in master.contracts if row.id in terms}
        standing = [row for row in master.rates if row.contract in contracts]
        self._rows |= {key_of(row): _plain(row) for row in standing}
        self._fixed |= {name: any(row.contract == name for row in standing) for name in contracts}

    def require(self, row: MasterRecord) -> None:
        """Raises InvalidInput for a row that a fixed card does not have as it is."""
        if isinstance(row, Rate) and self._fixed.get(row.contract) and self._rows.get(key_of(row)) != _plain(row):
            raise InvalidInput(
                f"hourly_rate: the rates of contract {row.contract[:60]} change only when one person proposes and another"
                " approves them: propose the new rate with its day, and let somebody else approve it"
            )
        if isinstance(row, Contract) and (before := self._contracts.get(row.id)):
            _require_same(before, row)


def _require_same(before: Contract, row: Contract) -> None:
    for name in _OF_CONTRACT:
        stands, told = getattr(before, name), getattr(row, name)
        # A contract without a rate of its own may be given its currency: each row of its card states one already.
        given = name == "currency" and not stands and before.blended_rate is None and before.overage_rate is None
        if stands != told and not given:
            raise InvalidInput(
                f"{name}: what contract {row.id[:60]} is priced by changes only when one person proposes and another approves it;"
                f" send it as it stands ({stands or 'none'}), and propose a row of the rate card, or agree new terms as a"
                " contract with another id"
            )


def _plain(row: Rate) -> Rate:
    """The row without what has no price: unknown columns, and other systems' ids."""
    return replace(row, extra={})
