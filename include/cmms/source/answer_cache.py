"""Answers kept for conditional requests: URL -> ETag and body, so that 304 costs the source next to nothing.

Only used by streams with ``conditional_requests``. The body is content-addressed and written before the entry
that names it, so an entry never leads to half a body.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from cmms.errors import HandoverMissing
from cmms.storage import CACHE, Storage


@dataclass(frozen=True)
class CachedAnswer:
    """A former answer: its ETag, its body as gzip, and the headers that say where the next page is."""

    etag: str
    compressed: bytes
    headers: dict[str, str]


class AnswerCache:
    """Looks answers up by URL (which holds no credential)."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def load(self, url: str) -> CachedAnswer | None:
        """The last answer of ``url``; None when there is none, or it is damaged."""
        try:
            entry = json.loads(self._storage.read_bytes(self._entry(url)))
            compressed = self._storage.read_bytes(f"{CACHE}/{entry['sha256']}.gz")
            if hashlib.sha256(compressed).hexdigest() != entry["sha256"]:
                return None
            return CachedAnswer(entry["etag"], compressed, entry["headers"])
        except (HandoverMissing, ValueError, KeyError, TypeError):
            return None

    def save(self, url: str, answer: CachedAnswer) -> None:
        """Keep an answer; an answer that was there before is replaced."""
        digest = hashlib.sha256(answer.compressed).hexdigest()
        self._storage.write_bytes(f"{CACHE}/{digest}.gz", answer.compressed)
        entry = {"etag": answer.etag, "sha256": digest, "headers": answer.headers}
        self._storage.write_bytes(self._entry(url), json.dumps(entry).encode())

    @staticmethod
    def _entry(url: str) -> str:
        return f"{CACHE}/{hashlib.sha256(url.encode()).hexdigest()}.json"
