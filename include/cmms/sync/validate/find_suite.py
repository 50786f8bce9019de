"""Where the rules of a stream are. Input: a stream. Output: the path of its suite. Imports none of the libraries."""

from __future__ import annotations

from pathlib import Path

from cmms.package_files import find_folder
from cmms.streams.stream import Stream

SUITES = find_folder("expectations")


def find_suite(stream: Stream) -> Path:
    """``expectations/<stream>.json`` of the package, or of the folder that the stream brings."""
    folder = stream.files / "expectations" if stream.files else SUITES
    return folder / f"{stream.name}.json"
