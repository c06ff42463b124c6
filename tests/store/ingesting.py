"""What the kill test runs: one transaction for each batch, and a line on standard output once it is committed."""

import sys
from datetime import UTC, datetime, timedelta

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.store import open_store

START = datetime(2026, 3, 2, tzinfo=UTC)


def main(url: str, batches: int, rows: int) -> None:
    with open_store(url) as store:
        for batch in range(batches):
            with store.tenant("t") as db:
                db.put_activities(
                    [
                        Activity(
                            source="git", external_id=f"{batch}.{row}", kind=ActivityKind.COMMIT, person="ann",
                            start=START + timedelta(minutes=batch * rows + row), container=str(batch),
                        )
                        for row in range(rows)
                    ]
                )  # fmt: skip
                db.record(actor="x", action="system:store:ingested", object_id=str(batch), payload={}, at=START)
            print(batch, flush=True)  # noqa: T201 - how the test learns what was committed


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
