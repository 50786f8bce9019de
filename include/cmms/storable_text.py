r"""Text that every place can hold: the database, a log file, a terminal.

JSON may hold a lone surrogate (``\ud800``), and so may a key that a message names. UTF-8 has no bytes for it.
"""

from __future__ import annotations


def storable(text: str) -> str:
    r"""The text itself; a lone surrogate becomes ``\ud800``, spelled out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
