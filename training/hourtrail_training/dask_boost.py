"""Growing the trees on a Dask cluster, with LightGBM's own Dask estimator (``pip install "hourtrail[scale]"``).

The rows of a block stay together on one worker. They grow from nothing: the estimator cannot
grow on from another booster. On one worker they are those of ``boost_here``, byte for byte. On several,
each worker bins and bags its own rows, so the trees differ while the accuracy does not (docs/how-to/retrain.md has the numbers).
"""

import warnings
from importlib import import_module
from typing import Any, Final

import numpy as np

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.scale import address_of
from hourtrail_models import fitting
from hourtrail_models.fitting import Bools, Boost, Floats, Ints

_REPLACED: Final = ("objective", "num_threads", "verbosity")
"""Parameters that the estimator names itself."""


def boost_at(address: str) -> Boost | None:
    """What grows the trees on the cluster whose scheduler is at ``address`` (default: HOURTRAIL_DASK); None: this process.

    What it returns raises ClusterUnavailable where nothing answers, InvalidInput where Dask is not installed.
    """
    stated = address_of(address)
    if not stated:
        return None

    def boost(matrix: Floats, group: Ints, chosen: Bools, weight: Floats | None) -> Any:
        from hourtrail.scale.cluster import connected  # noqa: PLC0415 - an extra

        with connected(stated) as cluster:
            return boost_with(cluster.client, matrix, group, chosen, weight)

    return boost


def boost_with(client: Any, matrix: Floats, group: Ints, chosen: Bools, weight: Floats | None) -> Any:
    """Grow the trees on the workers of ``client``; returns a booster. Raises ModelUnavailable where it has no worker."""
    import lightgbm  # noqa: PLC0415 - its Dask part

    da: Any = import_module("dask.array")

    workers = len(client.scheduler_info(n_workers=-1)["workers"])
    if not workers:
        raise ModelUnavailable("the Dask scheduler has no worker; start one, or train in this process")
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    sizes = np.diff(np.append(starts, len(group)))
    bounds = np.unique(np.linspace(0, len(sizes), workers + 1).astype(np.int64))
    rows = np.append(starts, len(group))[bounds]
    chunks = tuple(np.diff(rows).tolist())
    weighted = {} if weight is None else {"sample_weight": da.from_array(weight, chunks=(chunks,))}
    kept = {name: value for name, value in fitting.PARAMETERS.items() if name not in _REPLACED}
    estimator = lightgbm.DaskLGBMRanker(
        client=client, n_estimators=fitting.ROUNDS, objective=fitting.PARAMETERS["objective"], verbosity=-1, **kept,
    )  # fmt: skip
    # LightGBM also asks Dask for "the" client of the moment.
    with client.as_current(), warnings.catch_warnings():
        # The estimator warns about the number of threads that it always takes from the workers.
        warnings.filterwarnings("ignore", message="Parameter n_jobs will be ignored")
        estimator.fit(
            da.from_array(matrix, chunks=(chunks, matrix.shape[1])),
            da.from_array(chosen.astype(np.int32), chunks=(chunks,)),
            group=da.from_array(sizes, chunks=(tuple(np.diff(bounds).tolist()),)),
            **weighted,
        )
    return estimator.booster_
