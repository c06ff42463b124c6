"""Rate cards of a firm that changes rates under dual control: a first card may be told, a change may not."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Rate
from hourtrail.domain.ports import MasterRecord
from hourtrail.flows.billing.settings import billing_policy_of
from hourtrail.store import TenantStore
from hourtrail.store.master import key_of


@dataclass(slots=True)
class RateControl:
    """Which cards are fixed: those that had a row before this input. The others are being told for the first time."""

    _fixed: dict[str, bool] = field(default_factory=dict)
    _rows: dict[str, Rate] = field(default_factory=dict)
    _on: bool | None = None

    def look(self, db: TenantStore, rows: Sequence[MasterRecord]) -> None:
        """Read what stands of the cards that ``rows`` are about; nothing where the firm does not ask for two people."""
        contracts = {row.contract for row in rows if isinstance(row, Rate)} - self._fixed.keys()
        if not contracts or self._on is False:
            return
        self._on = billing_policy_of(db).rate_approval
        if not self._on:
            return
        standing = [row for row in db.master().rates if row.contract in contracts]
        self._rows |= {key_of(row): _plain(row) for row in standing}
        self._fixed |= {name: any(row.contract == name for row in standing) for name in contracts}

    def require(self, row: MasterRecord) -> None:
        """Raises InvalidInput for a row that a fixed card does not have as it is."""
        if isinstance(row, Rate) and self._fixed.get(row.contract) and self._rows.get(key_of(row)) != _plain(row):
            raise InvalidInput(
                f"hourly_rate: the rates of contract {row.contract[:60]} change only when one person proposes and another"
                " approves them; see hourtrail billing rate-change"
            )


def _plain(row: Rate) -> Rate:
    """The row without what has no price: unknown columns, and other systems' ids."""
    return replace(row, extra={})
