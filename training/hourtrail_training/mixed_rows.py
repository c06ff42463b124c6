"""Rows that the trees of the bundled ranker learn from, of one set or several firms, and the file that keeps them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import InvalidInput
from hourtrail.features import SPEC
from hourtrail.flows.backtest.benchmark import row_digest
from hourtrail_models.artefact import TrainingData
from hourtrail_training.ranker import SKETCH_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Pairs in single precision: ``group`` numbers their blocks in order, ``weight`` is of each pair, ``keys`` name the blocks.

    ``name``, ``digest`` and ``ends`` are what an artefact states about them.
    """

    name: str
    matrix: NDArray[np.float32]
    group: NDArray[np.int64]
    chosen: NDArray[np.bool_]
    weight: NDArray[np.float64]
    keys: tuple[str, ...]
    digest: str
    ends: date

    @property
    def block_weight(self) -> float:
        """The weights of all blocks together."""
        return float(self.weight[np.flatnonzero(np.append(True, self.group[1:] != self.group[:-1]))].sum())

    def data(self) -> TrainingData:
        """What the artefact states about them."""
        return TrainingData(name=self.name, digest=self.digest, ends=self.ends, rows=len(self.keys))

    def sketch(self) -> list[int]:
        """The smallest digests of the blocks' keys (``hourtrail.flows.backtest.benchmark.overlaps``)."""
        return sorted(row_digest(key) for key in self.keys)[:SKETCH_SIZE]


def joined(parts: Sequence[Rows]) -> Rows:
    """Several as one, named and digested like the first; no group spans two of them."""
    groups, behind = [], 0
    for part in parts:
        groups.append(part.group - part.group[0] + behind)
        behind = int(groups[-1][-1]) + 1
    return Rows(
        name=parts[0].name,
        matrix=np.concatenate([part.matrix for part in parts]),
        group=np.concatenate(groups),
        chosen=np.concatenate([part.chosen for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
        keys=tuple(key for part in parts for key in part.keys),
        digest=parts[0].digest,
        ends=max(part.ends for part in parts),
    )


def write_rows(path: Path, rows: Rows) -> None:
    """A NumPy archive without pickles."""
    about = {
        "name": rows.name, "digest": rows.digest, "ends": rows.ends.isoformat(), "spec": [SPEC.version, *SPEC.names],
        "keys": rows.keys,
    }  # fmt: skip
    np.savez(
        path,
        matrix=rows.matrix,
        group=rows.group,
        chosen=rows.chosen,
        weight=rows.weight,
        about=np.array(json.dumps(about)),
    )


def read_rows(path: Path) -> Rows:
    """What ``write_rows`` wrote. Raises InvalidInput for another file and for rows of other features."""
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            rows = Rows(
                name=str(about["name"]), matrix=file["matrix"], group=file["group"], chosen=file["chosen"],
                weight=file["weight"], keys=tuple(about["keys"]), digest=str(about["digest"]),
                ends=date.fromisoformat(about["ends"]),
            )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"{path} holds no rows of simulated firms; write them with hourtrail_training.simulated_mix"
        ) from error
    if about.get("spec") != [SPEC.version, *SPEC.names] or rows.matrix.shape != (len(rows.group), len(SPEC.names)):
        raise InvalidInput(f"{path} was made for other features; write it again with hourtrail_training.simulated_mix")
    return rows
