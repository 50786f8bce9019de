r"""Text without our secrets, should a source repeat them, however it spells them.

Pure. A secret may come back as it is, percent-encoded (``%2F``), within JSON (``\/``, ``\u002B``) or HTML (``&#43;``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

_SHORTEST = 4
"""What is shorter is in every text."""
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


def redact(text: str, secrets: Iterable[str], *, is_cut: bool = False) -> str:
    """Every secret replaced; ``is_cut``: the text ends somewhere, maybe in the middle of one."""
    wanted = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
    for secret in wanted:
        text = _pattern(secret).sub("***", text)
    for secret in wanted if is_cut else ():
        ends = range(min(len(secret) - 1, len(text)), _SHORTEST - 1, -1)
        if length := next((length for length in ends if text.endswith(secret[:length])), 0):
            text = f"{text[:-length]}***"
    return text


@lru_cache(maxsize=64)
def _pattern(secret: str) -> re.Pattern[str]:
    return re.compile("".join(map(_spellings, secret)))


def _spellings(character: str) -> str:
    """One character in every spelling, the longest first."""
    if character.isascii() and character.isalnum():
        return character
    number, escaped = ord(character), json.dumps(character)[1:-1]
    percent = "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    forms = [rf"&#0*{number};", rf"&#x0*{number:x};", re.escape(percent), re.escape(escaped)]
    if character in _ENTITIES:
        forms.append(f"&{_ENTITIES[character]};")
    if number < 0x10000:
        forms.append(rf"\\+u{number:04x}")
    if character == " ":
        forms.append(r"\+")
    forms += [re.escape(quote(character, safe="")), r"\\*" + re.escape(character)]
    return f"(?i:{'|'.join(forms)})"
