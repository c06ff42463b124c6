"""Growing the trees on a Dask cluster, with LightGBM's own Dask estimator (``pip install "hourtrail[scale]"``).

The rows of a block stay together on one worker. On one worker the trees are those of a local fit, byte for byte. On several,
each worker bins and bags its own rows, so the trees differ while the accuracy does not (docs/how-to/retrain.md has the numbers).
"""

import os
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from hourtrail.domain.errors import InvalidInput, ModelUnavailable
from hourtrail_models import fitting
from hourtrail_models.fitting import Bools, Boost, Floats, Ints, boost_here

SETTING: Final = "HOURTRAIL_DASK"
"""Address of a Dask scheduler, like tcp://10.0.0.5:8786; empty: this process."""
_REPLACED: Final = ("objective", "num_threads", "verbosity")
"""Parameters that the estimator names itself."""
WAIT: Final = "20s"


def boost_at(address: str) -> Boost:
    """What grows the trees: this process, or the cluster whose scheduler is at ``address`` (default: HOURTRAIL_DASK)."""
    stated = address or os.environ.get(SETTING, "").strip()
    if not stated:
        return boost_here
    if find_spec("distributed") is None:
        raise InvalidInput(f'training on {stated} needs Dask; install it with: pip install "hourtrail[scale]"')

    def boost(matrix: Floats, group: Ints, chosen: Bools, weight: Floats | None) -> Any:
        from distributed import Client  # noqa: PLC0415 - an extra

        try:
            client = Client(stated, timeout=WAIT)
        except (OSError, ValueError) as error:
            raise ModelUnavailable(
                f"no Dask scheduler answers at {stated}: {error}; start one, or train in this process without {SETTING}"
            ) from error
        with client:
            return boost_with(client, matrix, group, chosen, weight)

    return boost


def boost_with(client: Any, matrix: Floats, group: Ints, chosen: Bools, weight: Floats | None) -> Any:
    """Grow the trees on the workers of ``client``; returns a booster. Raises ModelUnavailable where it has no worker."""
    import dask.array as da  # noqa: PLC0415 - an extra
    import lightgbm  # noqa: PLC0415 - its Dask part

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
        client=client, n_estimators=fitting.ROUNDS, objective=fitting.PARAMETERS["objective"], verbosity=-1,
        n_jobs=fitting.PARAMETERS["num_threads"], **kept,
    )  # fmt: skip
    estimator.fit(
        da.from_array(matrix, chunks=(chunks, matrix.shape[1])),
        da.from_array(chosen.astype(np.int32), chunks=(chunks,)),
        group=da.from_array(sizes, chunks=(tuple(np.diff(bounds).tolist()),)),
        **weighted,
    )
    return estimator.booster_
