"""Words about a file that leave this machine: its name stays, the folder that it is in does not."""

import re
from typing import Final

_PATH: Final = re.compile(r"(?<![\w/.:-])(?:[A-Za-z]:\\|/)(?:[^\s/\\'\",;:()]+[/\\])+(?=[^\s/\\'\",;:()])")
"""An absolute path up to its last name; not the path of an address, which has its host before it."""


def without_folders(text: str) -> str:
    """``text`` with every absolute path cut to its last name: who asks over the network learns nothing of the server's disk."""
    return _PATH.sub("…/", text)
