"""Reading landed pages back: whole bodies for the parser, single records by page and position for the quarantine."""

from __future__ import annotations

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Sequence

from cmms.errors import HandoverMissing
from cmms.source.body import split_records
from cmms.storage import Storage
from cmms.sync.records import LandedPage, Manifest


def read_page(storage: Storage, page: LandedPage) -> bytes:
    """Body of a landed page, uncompressed.

    Raises:
        HandoverMissing: the file is gone or damaged.
    """
    content = storage.read_bytes(page.file)
    if hashlib.sha256(content).hexdigest() != page.sha256:
        raise HandoverMissing("a landed page is damaged; clear and re-run the fetch", file=page.file)
    return gzip.decompress(content)


class LandedRecords:
    """Raw records of a manifest, as received."""

    def __init__(self, storage: Storage, manifest: Manifest, records_path: str) -> None:
        self._storage = storage
        self._pages = {page.number: page for page in manifest.pages}
        self._records_path = records_path

    def raw_bytes(self, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """(page, position) -> the record's JSON text, reading each page once."""
        wanted: dict[int, list[int]] = defaultdict(list)
        for page, position in places:
            wanted[page].append(position)
        found: dict[tuple[int, int], bytes] = {}
        for number, positions in wanted.items():
            body = read_page(self._storage, self._pages[number])
            records = split_records(body, self._records_path).records
            found.update({(number, position): bytes(records[position]) for position in positions})
        return found
