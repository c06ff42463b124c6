"""Named streams of randomness: what one part draws never shifts what another part draws."""

from hashlib import blake2b

import numpy as np

SEPARATOR = "\x1f"


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The generator that belongs to ``names`` under ``seed``; the same names always give the same numbers.

    Name everything that the draws belong to (``stream(seed, "truth", person, week)``): then a firm comes out the same
    however many processes make it, and switching one mechanism leaves the rest of the firm as it was.
    """
    data = SEPARATOR.join((str(seed), *map(str, names))).encode()
    return np.random.Generator(np.random.PCG64(int.from_bytes(blake2b(data, digest_size=16).digest(), "big")))
