"""A logo: a small PNG, looked at chunk by chunk, so that nothing else is ever served as a picture."""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from hourtrail.domain.errors import InvalidInput

MOST_BYTES: Final = 200_000
MOST_PIXELS: Final = 2_000
"""Of one side."""

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEADER: Final = struct.Struct(">IIBBBBB")


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG whose form was checked."""

    content: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.content).hexdigest()


def picture(content: bytes) -> Picture:
    """The picture in ``content``. Raises InvalidInput for anything but a whole PNG of a bounded size."""
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"the logo has {len(content):,} bytes; at most {MOST_BYTES:,} are kept")
    if not content.startswith(_SIGNATURE):
        raise InvalidInput("the logo is no PNG; save it as one")
    place = len(_SIGNATURE)
    kinds: list[bytes] = []
    width = height = 0
    while place < len(content):
        kind, body, place = _chunk(content, place)
        if not kinds:
            width, height = _size(kind, body)
        kinds.append(kind)
        if kind == b"IEND":
            break
    if place != len(content) or kinds[-1:] != [b"IEND"] or b"IDAT" not in kinds:
        raise InvalidInput("the logo is cut off, or something stands behind it; save it again as PNG")
    return Picture(content, width, height)


def _chunk(content: bytes, place: int) -> tuple[bytes, bytes, int]:
    """Kind and body of the chunk at ``place``, and where the next one begins."""
    if place + 12 > len(content):
        raise InvalidInput("the logo is cut off; save it again as PNG")
    (length,) = struct.unpack_from(">I", content, place)
    end = place + 12 + length
    if end > len(content):
        raise InvalidInput("the logo is cut off; save it again as PNG")
    kind, body = content[place + 4 : place + 8], content[place + 8 : end - 4]
    (stated,) = struct.unpack_from(">I", content, end - 4)
    if zlib.crc32(kind + body) != stated:
        raise InvalidInput("the logo is damaged; save it again as PNG")
    return kind, body, end


def _size(kind: bytes, body: bytes) -> tuple[int, int]:
    if kind != b"IHDR" or len(body) != _HEADER.size:
        raise InvalidInput("the logo is damaged; save it again as PNG")
    width, height, *_ = _HEADER.unpack(body)
    if not 0 < width <= MOST_PIXELS or not 0 < height <= MOST_PIXELS:
        raise InvalidInput(f"the logo is {width:,} by {height:,} pixels; at most {MOST_PIXELS:,} each way are kept")
    return width, height
