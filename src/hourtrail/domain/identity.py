"""Stable ids: the same facts give the same id on every run and every machine."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any


def stable_id(prefix: str, parts: Iterable[str]) -> str:
    """``prefix`` and 20 hexadecimal digits of SHA-256 over the parts, length-prefixed so that no two lists collide by joining."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return f"{prefix}_{digest.hexdigest()[:20]}"


def text_digest(text: str) -> str:
    """SHA-256 of a text; the key under which its vector is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def body_digest(body: Mapping[str, Any]) -> str:
    """SHA-256 of plain values as canonical JSON, whatever the order of their members."""
    return text_digest(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
