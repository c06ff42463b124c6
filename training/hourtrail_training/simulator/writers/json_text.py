"""JSON as the writers write it: one encoder for all lines, letters as they are."""

import json
from typing import Final

to_json: Final = json.JSONEncoder(ensure_ascii=False).encode
"""``json.dumps`` would build an encoder for each of the millions of lines."""
