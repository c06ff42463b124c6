"""Exit codes and the options that every command shares. Imports nothing heavy: ``hourtrail --help`` needs no more."""

from dataclasses import dataclass
from typing import Final

OK: Final = 0
REFUSED: Final = 3
UNUSABLE: Final = 2


@dataclass(slots=True)
class Settings:
    """Where the data is and whose; what is given behind the command wins over what is given before it."""

    store_url: str | None = None
    tenant: str | None = None

    @property
    def tenant_name(self) -> str:
        """The tenant in force."""
        return self.tenant or "default"
