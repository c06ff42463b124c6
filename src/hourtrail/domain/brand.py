"""Under whose name a tenant sees the product: name, colour, logo, sender of mails, and the hosts that are its own."""

import re
from dataclasses import dataclass
from typing import Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.settings_fields import lines, words

PRODUCT: Final = "Hourtrail"
"""What it is called where a tenant says nothing else."""

COLOUR: Final = "#1f6f5c"

DARK_GROUND: Final = "#1e2125"
"""What pages are written on where the reader prefers it dark."""

LEAST_CONTRAST: Final = 4.5
"""Between the colour and white, whichever is written on the other (WCAG 2.2, 1.4.3)."""

_HOST: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_ADDRESS: Final = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,189}")
MOST_HOSTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """``logo`` is the SHA-256 of a stored picture, empty for none; ``mail_sender`` the address that mails come from, empty
    for the installation's own; ``hosts`` are the names under which people of this tenant reach the server.

    Raises InvalidInput for an empty name, a colour that white cannot be read on, or anything that is no host or address.
    """

    product: str = PRODUCT
    colour: str = COLOUR
    logo: str = ""
    mail_sender: str = ""
    hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        words("brand.product", self.product, 60)
        if not self.product.strip():
            raise InvalidInput(f"brand.product: is empty; leave it out for {PRODUCT!r}")
        words("brand.colour", self.colour)
        if not _COLOUR.fullmatch(self.colour):
            raise InvalidInput("brand.colour: must be six hexadecimal digits in lower case, like #1f6f5c")
        if contrast(self.colour) < LEAST_CONTRAST:
            raise InvalidInput(
                f"brand.colour: {self.colour} and white have a contrast of {contrast(self.colour):.1f}; people need"
                f" {LEAST_CONTRAST} to read it, so choose a darker one"
            )
        words("brand.logo", self.logo)
        if self.logo and not _DIGEST.fullmatch(self.logo):
            raise InvalidInput("brand.logo: must be the digest of a picture that is kept, or empty")
        words("brand.mail_sender", self.mail_sender, 254)
        if self.mail_sender and not _ADDRESS.fullmatch(self.mail_sender):
            raise InvalidInput("brand.mail_sender: must be one mail address, like hours@acme.example")
        lines("brand.hosts", self.hosts, MOST_HOSTS)
        for host in self.hosts:
            if len(host) > 253 or not _HOST.fullmatch(host) or host == "localhost" or host.replace(".", "").isdecimal():
                raise InvalidInput(f"brand.hosts: {host[:80]!r} is no host name in lower case, like hours.acme.example")


def contrast(colour: str) -> float:
    """The contrast ratio of a ``#rrggbb`` colour and white, 1 to 21 (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def on_dark(colour: str) -> str:
    """A lighter shade of the colour that can be read on a dark ground: mixed with white until it can."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    for step in range(21):
        mixed = "#" + "".join(f"{round(part + (255 - part) * step / 20):02x}" for part in parts)
        if contrast(DARK_GROUND) / contrast(mixed) >= LEAST_CONTRAST:
            return mixed
    return "#ffffff"
