"""The browser that the tests drive: an installed Chromium or Chrome, else Debian's package, installed when needed.

Debian's headless shell comes first: it is Chromium without its windows, and does the same pages with about two thirds
of the processor time (docs/decisions/0001).
"""

from __future__ import annotations

import os
import shutil

from tools.apt_packages import install_packages
from tools.state_folder import BootstrapError

VARIABLE = "CMMS_CHROMIUM"
_SHELL = "chromium-headless-shell"
_NAMES = (_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FONTS = "fonts-dejavu-core"


def obtain_chromium() -> str:
    """Return the path of a browser.

    Raises:
        BootstrapError: there is none, and it cannot be installed.
    """
    if found := _find():
        return found
    try:
        install_packages((_SHELL, _FONTS))
    except BootstrapError:  # an older or another distribution has no such package
        install_packages(("chromium", _FONTS))
    if found := _find():
        return found
    raise BootstrapError(f"No Chromium here after installing it. Name one by {VARIABLE}=/path/to/chromium.")


def _find() -> str | None:
    named = os.environ.get(VARIABLE)
    return named or next((path for name in _NAMES if (path := shutil.which(name))), None)
