"""The cache of text vectors: by the encoder's fingerprint and the text's digest."""

from collections.abc import Mapping, Sequence

from hourtrail.store.schema import text_vector
from hourtrail.store.scope import Scope
from hourtrail.store.upsert import chunks, conflict_insert


class Vectors(Scope):
    """Vectors as float32 bytes."""

    def vectors(self, fingerprint: str, digests: Sequence[str]) -> dict[str, bytes]:
        """Those of the given texts that are known."""
        found: dict[str, bytes] = {}
        for chunk in chunks(dict.fromkeys(digests)):
            query = self._select(text_vector, text_vector.c.digest, text_vector.c.vector).where(
                text_vector.c.fingerprint == fingerprint, text_vector.c.digest.in_(chunk)
            )
            found.update((row["digest"], bytes(row["vector"])) for row in self._all(query))
        return found

    def put_vectors(self, fingerprint: str, vectors: Mapping[str, bytes]) -> None:
        """Remember vectors; one that is known stays."""
        statement = conflict_insert(self._connection, text_vector).on_conflict_do_nothing()
        for chunk in chunks(sorted(vectors)):
            rows = [
                {"tenant": self.tenant, "fingerprint": fingerprint, "digest": digest, "vector": vectors[digest]}
                for digest in chunk
            ]
            self._connection.execute(statement, rows)
