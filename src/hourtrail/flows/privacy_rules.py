"""A trial of a tenant's rules at ingest on files: what they would lose. Nothing is kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hourtrail.domain.activity import Activity, ReadOptions, Rejected
from hourtrail.domain.ports import Source
from hourtrail.domain.settings import Privacy
from hourtrail.flows.ingest import IngestReport, claimed
from hourtrail.flows.privacy_gate import gate_of
from hourtrail.store import Store


@dataclass(slots=True)
class Trial:
    """What a file would lose. Counts by rule and by kind of activity, never an activity itself."""

    activities: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)
    refused: list[Rejected] = field(default_factory=list)


def try_rules(
    store: Store,
    tenant: str,
    paths: Sequence[Path],
    options: ReadOptions,
    *,
    sources: Sequence[Source],
    privacy: Privacy | None = None,
) -> Trial:
    """Read the paths through the tenant's rules, or through ``privacy`` in their place, and keep nothing."""
    with store.tenant(tenant, read_only=True) as db:
        gate = gate_of(db, privacy)
    trial, report = Trial(dropped=gate.dropped, redacted=gate.redacted), IngestReport()
    for path in paths:
        for found, source in claimed(path, sources, options, report):
            for row in source.read(found, options):
                if isinstance(row, Rejected):
                    report.refuse(row)
                elif isinstance(row, Activity):
                    trial.activities += 1
                    admitted = gate.admit(row)
                    if admitted is not None:
                        trial.kept[admitted.kind.value] += 1
    trial.refused = report.refused
    return trial
