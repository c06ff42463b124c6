"""What the kill test runs: ingest, suggest and accept everything that is sure, step by step, a line for each step done."""

import sys
from pathlib import Path

from tests.flows.firm import Firm

from hourtrail.domain.errors import Conflict
from hourtrail.store import open_store


def main(url, folder):
    with open_store(url) as store:
        firm = Firm(store, Path(folder))
        firm.ingest(*sorted(firm.folder.glob("*.csv")))
        firm.ingest(firm.folder / "day.jsonl")
        print("ingested", flush=True)  # noqa: T201 - how the test learns what was committed
        for row in firm.suggest().suggestions:
            if row.item is not None:
                try:
                    decided = firm.decide(row, "accept", row.person)
                except Conflict:
                    continue
                print(decided.decision.id, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
