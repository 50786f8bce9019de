"""The files that come with the code: statements, expectations, default settings, DAG files.

In a checkout, and where the folders were copied, they lie beside the package in ``include/`` (DAG files in ``dags/``).
The wheel carries the same folders inside the package (``pyproject.toml`` maps them).
Input: a path. Output: its text.
"""

from __future__ import annotations

from pathlib import Path

from cmms.errors import PackageIncomplete

_PACKAGE = Path(__file__).parent
_INSIDE_WHEEL = _PACKAGE / "_files"


def is_wheel() -> bool:
    """Whether this package was installed as a wheel, with its files inside."""
    return _INSIDE_WHEEL.is_dir()


def find_folder(name: str) -> Path:
    """Folder of the package's files: ``sql``, ``expectations``, ``config`` or ``dags``."""
    if is_wheel():
        return _INSIDE_WHEEL / name
    include = _PACKAGE.parent
    return include.parent / name if name == "dags" else include / name


def read_package_file(file: Path) -> str:
    """Text of a file of the package.

    Raises:
        PackageIncomplete: it is not there, or this user may not read it.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise PackageIncomplete(
            f"{file}: {error.strerror}; the package has to be complete on every machine, and all of one version"
        ) from error
