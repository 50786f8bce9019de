"""Make the stylesheet of a site: colours, signs of statuses, brand, and the site's own rules. Output: CSS.

It stands behind ``assets/cmms.css``, so it wins; the site's own file comes last and wins over all.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from cmms.access.actors import ViewError
from cmms.access.view_settings import read_view_settings
from cmms.errors import CmmsError
from cmms.settings import View
from cmms_ui.definition.status import SIGNS
from cmms_ui.definition.tokens import DARK, LIGHT, brand_tokens

FILE_LIMIT_BYTES = 100_000
_IMAGES = {".svg": "image/svg+xml", ".png": "image/png"}
log = logging.getLogger(__name__)


def read_stylesheet() -> str:
    """As the settings say; a view without its settings still has its colours."""
    try:
        return make_stylesheet(read_view_settings())
    except (CmmsError, ViewError) as error:
        log.warning("The view looks as it does by default, for its settings cannot be read: %s", error)
        return make_stylesheet(View())


def make_stylesheet(view: View) -> str:
    """CSS of these settings."""
    light, dark = brand_tokens(view.brand_colour)
    parts = [
        _variables(":root", {**LIGHT, **light}),
        _variables('[data-cmms-theme="dark"]', {**DARK, **dark}),
        *(f'.ag-cell.cmms-sign-{name}::before {{ content: "{sign}"; }}' for sign, name in SIGNS.items()),
    ]
    if view.font:
        parts.append(_variables(":root", {"font": view.font}))
    if logo := _read(view.logo):
        kind = _IMAGES[Path(view.logo).suffix]
        parts.append(_variables(":root", {"logo": f'url("data:{kind};base64,{b64encode(logo).decode()}")'}))
        parts.append(".cmms-header::before { display: block; }")
    if own := _read(view.stylesheet):
        parts.append(own.decode("utf-8", errors="replace"))
    return "\n".join(parts) + "\n"


def _variables(selector: str, values: Mapping[str, str]) -> str:
    return selector + " { " + " ".join(f"--cmms-{name}: {value};" for name, value in values.items()) + " }"


def _read(path: str) -> bytes:
    """The file's content; nothing, with a line in the log, if it cannot be used."""
    if not path:
        return b""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        log.warning("The view does without %s: %s", path, error.strerror)
        return b""
    if len(content) > FILE_LIMIT_BYTES:
        log.warning("The view does without %s: it has more than %d bytes", path, FILE_LIMIT_BYTES)
        return b""
    return content
