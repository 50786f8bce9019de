"""The texts that lie beside the code in ``include/``: statements and expectations. Input: a path. Output: its text."""

from __future__ import annotations

from pathlib import Path

from cmms.errors import PackageIncomplete


def read_package_file(file: Path) -> str:
    """Text of a file of the package.

    Raises:
        PackageIncomplete: it is not there, or this user may not read it.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise PackageIncomplete(
            f"{file}: {error.strerror}; include/ has to be complete on every machine, and all of one version"
        ) from error
