"""Fitted trees that only answer: a LightGBM model read and asked through the library's C interface.

``import lightgbm`` brings scikit-learn, pandas and pyarrow, for which it has adapters: most of a second and 90 MB that an
answer never uses. Whoever fits imports it; whoever serves reads the trees here. The functions are those that the package
itself calls (https://lightgbm.readthedocs.io/en/stable/C-API.html), so every number is the same. Raw scores of many rows are
found faster without the library, and are the same too (``bitwise_trees``).
"""

import ctypes
import sys
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import ModelUnavailable
from hourtrail_models.bitwise_trees import BitwiseTrees

Floats = NDArray[np.float64]

PROBABILITIES, RAW, CONTRIBUTIONS = 0, 1, 3
"""``C_API_PREDICT_NORMAL``, ``_RAW_SCORE`` and ``_CONTRIB``."""
_DOUBLES: Final = 1
"""``C_API_DTYPE_FLOAT64``."""
MANY: Final = 256
"""From so many rows on, answering all of them at once takes less time than one walk a row."""
_LIBRARY: Final = {"darwin": "lib_lightgbm.dylib", "win32": "lib_lightgbm.dll"}.get(sys.platform, "lib_lightgbm.so")


class Booster(Protocol):
    """What the scorers ask of trees: fitted ones (``lightgbm.Booster``) and read ones (``Trees``) answer alike."""

    def predict(
        self, data: Floats, *, raw_score: bool = ..., pred_contrib: bool = ..., num_threads: int = ...
    ) -> Floats:
        """One number a row, or with ``pred_contrib`` one a column and the base."""

    def model_to_string(self) -> str:
        """The text that ``Trees`` reads."""

    def num_feature(self) -> int:
        """Columns that the trees were fitted on."""

    def num_trees(self) -> int:
        """How many trees there are."""


class Trees:
    """The trees of one model, read-only; safe between threads. Implements ``Booster``."""

    def __init__(self, model: str) -> None:
        """Reads what ``lightgbm.Booster.model_to_string`` wrote. Raises ModelUnavailable for anything else."""
        self._model = model
        self._library = _library()
        self._handle = ctypes.c_void_p()
        trees, columns = ctypes.c_int(), ctypes.c_int()
        self._call("LGBM_BoosterLoadModelFromString", model.encode(), ctypes.byref(trees), ctypes.byref(self._handle))
        self._call("LGBM_BoosterGetNumFeature", self._handle, ctypes.byref(columns))
        self._call("LGBM_BoosterNumberOfTotalModel", self._handle, ctypes.byref(trees))
        self._columns, self._trees = columns.value, trees.value

    def __reduce__(self) -> tuple[type["Trees"], tuple[str]]:
        """Copied and sent to other processes as the text that it was read from."""
        return Trees, (self._model,)

    def __del__(self) -> None:
        """Frees what the library holds."""
        if getattr(self, "_handle", None):
            self._library.LGBM_BoosterFree(self._handle)

    def model_to_string(self) -> str:
        """The text that it was read from."""
        return self._model

    def num_feature(self) -> int:
        """Columns that the trees were fitted on."""
        return self._columns

    def num_trees(self) -> int:
        """How many trees there are."""
        return self._trees

    def predict(
        self, data: Floats, *, raw_score: bool = False, pred_contrib: bool = False, num_threads: int = 1
    ) -> Floats:
        """One number a row; with ``pred_contrib`` exact contributions, shape (rows, columns + 1), the base last.

        Raises ValueError for a matrix of another width.
        """
        matrix = np.asarray(data, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[1] != self._columns:
            raise ValueError(f"the matrix has the shape {matrix.shape}, the trees read {self._columns} columns")
        if raw_score and not pred_contrib and len(matrix) >= MANY and self._at_once is not None:
            return self._at_once.raw(matrix)
        matrix = np.ascontiguousarray(matrix)
        kind = CONTRIBUTIONS if pred_contrib else RAW if raw_score else PROBABILITIES
        answer = np.empty((len(matrix), self._columns + 1) if pred_contrib else len(matrix), dtype=np.float64)
        written = ctypes.c_int64()
        if len(matrix):
            self._call(
                "LGBM_BoosterPredictForMat", self._handle, matrix.ctypes.data_as(ctypes.c_void_p), ctypes.c_int(_DOUBLES),
                ctypes.c_int32(len(matrix)), ctypes.c_int32(self._columns), ctypes.c_int(1), ctypes.c_int(kind),
                ctypes.c_int(0), ctypes.c_int(-1), f"num_threads={int(num_threads)}".encode(), ctypes.byref(written),
                answer.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            )  # fmt: skip
            if written.value != answer.size:
                raise ModelUnavailable(f"the trees answered {written.value:,} numbers in place of {answer.size:,}")
        return answer

    @cached_property
    def _at_once(self) -> BitwiseTrees | None:
        return BitwiseTrees.read(self._model)

    def _call(self, name: str, *arguments: object) -> None:
        if getattr(self._library, name)(*arguments):
            reason = self._library.LGBM_GetLastError().decode(errors="replace").splitlines()
            raise ModelUnavailable(f"LightGBM cannot read the trees: {reason[0] if reason else 'it does not say why'}")


@cache
def _library() -> ctypes.CDLL:
    """LightGBM's own library, where its package lies. Raises ModelUnavailable when it is missing or cannot be loaded."""
    package = find_spec("lightgbm")
    if package is None or package.origin is None:
        raise ModelUnavailable("LightGBM is not installed; reinstall hourtrail")
    home = Path(package.origin).parent
    places = [folder / _LIBRARY for folder in (home / "lib", home / "bin", home, home.parent)]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise ModelUnavailable(f"there is no {_LIBRARY} in {home}; reinstall lightgbm")
    try:
        library = ctypes.CDLL(str(found))
    except OSError as error:
        # Another library of the system that it needs, such as libgomp, is not installed.
        raise ModelUnavailable(f"LightGBM cannot be loaded: {error}") from error
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    return library
