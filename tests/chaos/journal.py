"""What was done when: a line per event in a file, and counts for the table at the end. Safe for many threads."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path


class Journal:
    """Counts by kind; ``failures`` are what a reader or editor saw that must never be."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []
        self._lock = threading.Lock()
        self._began = time.monotonic()
        file.parent.mkdir(parents=True, exist_ok=True)

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def count(self, kind: str) -> None:
        """One more, without a line."""
        with self._lock:
            self.counts[kind] += 1

    def done(self, kind: str, detail: object = "") -> None:
        """An action that really happened: counted and written."""
        self.count(kind)
        self.say(f"{kind}: {detail}" if detail != "" else kind)

    def say(self, text: str) -> None:
        """Write a line."""
        with self._lock, self.file.open("a", encoding="utf-8") as stream:
            stream.write(f"{self.seconds:8.2f} {text}\n")

    def fail(self, text: str) -> None:
        """Something was seen that must never be."""
        self.say(f"FAILED {text}")
        with self._lock:
            self.failures.append(text)
