"""Pure functions over parts of the work: called one after the other here, or side by side on a cluster; the results are the same.

A task gets what it needs as arguments and changes nothing, so a task that is lost with its worker can be run again.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

SETTING: Final = "HOURTRAIL_DASK"
"""The environment variable with the address of a Dask scheduler, like ``tcp://10.0.0.5:8786``; empty: this process."""


@dataclass(frozen=True, slots=True)
class Task:
    """A call of a function that can be found by its name, with arguments that can travel."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


class Batches(Protocol):
    """Runs tasks."""

    def run(self, tasks: Sequence[Task], *shared: Any) -> list[Any]:
        """The results in the order of the tasks; every function gets ``shared`` before its own arguments.

        Raises what a function raises, and ModelUnavailable where the cluster is lost on the way.
        """


class InProcess:
    """One task after the other, in this process."""

    def run(self, tasks: Sequence[Task], *shared: Any) -> list[Any]:
        """The results in the order of the tasks."""
        return [task.function(*shared, *task.arguments) for task in tasks]


def address_of(stated: str | None = None) -> str:
    """The scheduler's address: as stated, else as the environment says; empty for none."""
    return (stated or os.environ.get(SETTING, "")).strip()


@contextmanager
def batches(stated: str | None = None) -> Iterator[Batches]:
    """What runs the tasks at the configured address, for as long as the block lasts.

    Raises InvalidInput where Dask is not installed, ClusterUnavailable where no scheduler answers or none of its workers
    does in time.
    """
    address = address_of(stated)
    if not address:
        yield InProcess()
        return
    from hourtrail.scale.cluster import connected  # noqa: PLC0415 - an extra

    with connected(address) as cluster:
        yield cluster
