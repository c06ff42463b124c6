"""Text vectors kept in memory, where nothing may be stored: least recently used ones go first."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

MOST: Final = 20_000
"""Vectors; 30 MB at 384 float32 values each."""


class VectorMemory:
    """A bounded vector cache that threads share; a ``hourtrail.flows.scoring.VectorCache``."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def of(self, tenant: str) -> "TenantVectors":
        """One tenant's part of this memory: what another tenant put in is not found there, the same text neither."""
        return TenantVectors(self, tenant)

    def vectors(self, fingerprint: str, digests: Sequence[str]) -> dict[str, bytes]:
        """Those of the given texts that are known, as float32 bytes."""
        found: dict[str, bytes] = {}
        with self._lock:
            for digest in digests:
                vector = self._kept.get((fingerprint, digest))
                if vector is not None:
                    self._kept.move_to_end((fingerprint, digest))
                    found[digest] = vector
        return found

    def put_vectors(self, fingerprint: str, vectors: Mapping[str, bytes]) -> None:
        """Remember vectors; the least recently used ones beyond the bound are forgotten."""
        with self._lock:
            for digest, vector in vectors.items():
                self._kept[fingerprint, digest] = vector
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, begins: str) -> None:
        """Forget what stands under fingerprints that begin so."""
        with self._lock:
            for key in [key for key in self._kept if key[0].startswith(begins)]:
                del self._kept[key]


@dataclass(frozen=True, slots=True)
class TenantVectors:
    """A tenant's part of a memory that all tenants share the room of; a ``hourtrail.flows.scoring.VectorCache``."""

    shared: VectorMemory
    tenant: str

    def vectors(self, fingerprint: str, digests: Sequence[str]) -> dict[str, bytes]:
        """Those of the given texts that this tenant has asked for before, as float32 bytes."""
        return self.shared.vectors(self._own(fingerprint), digests)

    def put_vectors(self, fingerprint: str, vectors: Mapping[str, bytes]) -> None:
        """Remember vectors for this tenant."""
        self.shared.put_vectors(self._own(fingerprint), vectors)

    def forget(self) -> None:
        """Forget everything of this tenant, where a person's texts have to go."""
        self.shared.forget(f"{self.tenant}\x1f")

    def _own(self, fingerprint: str) -> str:
        return f"{self.tenant}\x1f{fingerprint}"
