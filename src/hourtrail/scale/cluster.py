"""Tasks on a Dask cluster (https://distributed.dask.org): only this module knows Dask."""

import platform
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from hourtrail.domain.errors import ClusterUnavailable, InvalidInput
from hourtrail.scale.batches import SETTING, Task

try:
    from distributed import CancelledError, Client
    from distributed.scheduler import KilledWorker
except ImportError as missing:
    raise InvalidInput(
        f'work on a cluster needs Dask; install it with: pip install "hourtrail[scale]", or give no {SETTING}'
    ) from missing

_ADDRESS: Final = re.compile(r"([a-z]+://)?([^\s/:\[\]]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}")
ANSWERS_WITHIN: Final = 15.0
"""Seconds that a scheduler has to answer, and a first worker to be there."""
PATIENCE: Final = 20.0
"""Seconds that a scheduler, or all of its workers, may be away while tasks are under way."""
_LOOK: Final = 0.05
_SAME: Final = ("hourtrail", "numpy", "pandas", "scikit-learn", "lightgbm")
"""What must be the same here and there for results to be the same to the last bit."""


def versions() -> dict[str, str]:
    """The versions that decide on results, of this process."""
    found = {"python": platform.python_version()}
    for name in _SAME:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


@contextmanager
def connected(address: str) -> Iterator["DaskCluster"]:
    """A cluster with at least one worker that has the same versions installed.

    Raises ClusterUnavailable where nothing answers in time, InvalidInput for an address that is none and for other versions.
    """
    if not _ADDRESS.fullmatch(address):
        raise InvalidInput(f"{address!r} is no address of a Dask scheduler; write it like tcp://10.0.0.5:8786")
    began = time.monotonic()
    client = None
    try:
        client = Client(address, timeout=ANSWERS_WITHIN, set_as_default=False)  # type: ignore[no-untyped-call] # Dask's
        client.wait_for_workers(1, timeout=max(1.0, ANSWERS_WITHIN - (time.monotonic() - began)))
        there = client.run(versions)
    except (OSError, TimeoutError) as error:
        _close(client)
        raise ClusterUnavailable(
            f"no Dask scheduler with a worker answers at {address} within {ANSWERS_WITHIN:.0f} s; start them "
            f"(dask scheduler, dask worker {address}), or give no {SETTING} and work in this process"
        ) from error
    except ImportError as error:
        _close(client)
        raise InvalidInput(
            f"the workers of {address} lack Hourtrail: {error}; install the same version there"
        ) from error
    try:
        _require_the_same(there)
        yield DaskCluster(client, address)
    finally:
        _close(client)


def _require_the_same(there: dict[str, dict[str, str]]) -> None:
    here = versions()
    for worker, found in sorted(there.items()):
        other = [
            f"{name} {found.get(name, 'none')} for {stated}"
            for name, stated in here.items()
            if found.get(name) != stated
        ]
        if other:
            raise InvalidInput(
                f"the worker {worker} has {', '.join(other)}; results would differ, so install the same versions there"
            )


def _close(client: Any) -> None:
    # A scheduler that is gone cannot be taken leave of.
    with suppress(OSError, TimeoutError, CancelledError, RuntimeError):
        if client is not None:
            client.close(timeout=2)


class DaskCluster:
    """Implements ``hourtrail.scale.Batches`` on the workers of one scheduler."""

    def __init__(self, client: Any, address: str) -> None:
        self.client = client
        """The ``distributed.Client``, for estimators that are made for Dask."""
        self._address = address

    def run(self, tasks: Sequence[Task], *shared: Any) -> list[Any]:
        """The results in the order of the tasks. A task whose worker dies is run again on another one."""
        try:
            # Everybody gets a copy, so that no worker takes the only one with it.
            placed = [self.client.scatter(one, broadcast=True, hash=False) for one in shared]
            futures = [self.client.submit(task.function, *placed, *task.arguments, pure=False) for task in tasks]
            self._wait(futures)
            return list(self.client.gather(futures))
        except (OSError, TimeoutError, CancelledError, KilledWorker) as error:
            raise self._lost(str(error)) from error

    def _wait(self, futures: Sequence[Any]) -> None:
        """Until all are done. Raises ClusterUnavailable once nobody has been there for longer than ``PATIENCE``."""
        seen = time.monotonic()
        while not all(future.done() for future in futures):
            time.sleep(_LOOK)
            if self._is_there():
                seen = time.monotonic()
            elif time.monotonic() - seen > PATIENCE:
                raise self._lost("nobody answers")

    def _is_there(self) -> bool:
        return self.client.status == "running" and bool(self.client.scheduler_info(n_workers=-1)["workers"])

    def _lost(self, why: str) -> ClusterUnavailable:
        return ClusterUnavailable(
            f"the Dask cluster at {self._address} was lost on the way ({why}); nothing was stored: run it again, "
            f"or give no {SETTING} and work in this process"
        )
