"""Part of step fetch: a page as received -> files in the storage; and the manifest that completes them.

A page is landed as the gzip stream that came over the wire, or compressed anew. One too large for memory is
cut into several files with the same records in the same order.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import msgspec
import numpy as np

from cmms.body_path import pick
from cmms.errors import HandoverMissing
from cmms.settings import StreamSettings
from cmms.source.body import PageContent, page_content, split_records, wanted_paths
from cmms.source.receive_body import Body
from cmms.source.scan_records import RecordScanner
from cmms.storage import Storage
from cmms.streams.unit import Unit
from cmms.sync.records import Manifest

MANIFEST = "manifest.json"
_PART_RECORDS = 20_000
_SUBJECT_FIELDS = ("equipment_number", "plant_code", "point", "date", "date_time")


@dataclass(frozen=True)
class LandedFile:
    """One file of a page."""

    file: str
    records: int
    sha256: str


@dataclass(frozen=True)
class LandedContent:
    """A page that has been landed. ``marks``: 64 bits for each record, equal for equal texts; of this process only."""

    files: tuple[LandedFile, ...]
    records: int
    marks: array[int] = field(default_factory=lambda: array("q"), repr=False)


def land_small(storage: Storage, name: str, body: Body, content: PageContent) -> LandedContent:
    """Land a body that is in memory as one file."""
    data = body.as_gzip()
    file = f"{name}.json.gz"
    storage.write_bytes(file, data)
    landed = LandedFile(file, len(content.records), hashlib.sha256(data).hexdigest())
    return LandedContent((landed,), len(content.records), _marks(content.records))


def land_large(storage: Storage, name: str, body: Body, stream: StreamSettings) -> tuple[LandedContent, PageContent]:
    """Land a body that lies in a temporary file as several files, one part in memory at a time."""
    scanner = RecordScanner(
        body.buffer.open(),
        stream.records_path,
        wanted_paths(stream.pagination),
        null_is_empty="null" in stream.empty_answers,
    )
    records = iter(scanner)
    files: list[LandedFile] = []
    marks = array("q")
    while part := list(islice(records, _PART_RECORDS)):
        marks.extend(_marks(part))
        data = gzip.compress(_wrap(part, stream.records_path), compresslevel=1, mtime=0)
        landed = f"{name}-part-{len(files) + 1:03d}.json.gz"
        storage.write_bytes(landed, data)
        files.append(LandedFile(landed, len(part), hashlib.sha256(data).hexdigest()))
    content = page_content([], scanner.envelope, stream.pagination)
    return LandedContent(tuple(files), sum(part.records for part in files), marks), content


def _wrap(records: list[bytes], records_path: str) -> bytes:
    """A body like the source's own, with these records only."""
    body = b"[" + b",".join(records) + b"]"
    for name in reversed(records_path.split(".") if records_path else []):
        body = b"{" + json.dumps(name).encode() + b":" + body + b"}"
    return body


def _marks(records: Iterable[bytes | msgspec.Raw]) -> array[int]:
    return array("q", map(hash, map(bytes, records)))


def count_shared(pages: Iterable[LandedContent]) -> int:
    """How many records came on more than one page; one that is twice on the same page counts once."""
    each = [np.unique(np.frombuffer(page.marks, dtype=np.int64)) for page in pages if page.marks]
    return sum(map(len, each)) - len(np.unique(np.concatenate(each))) if each else 0


def marks_in_any_order(page: LandedContent) -> bytes:
    """Equal for pages that hold the same records, in whatever order."""
    marks = np.sort(np.frombuffer(page.marks, dtype=np.int64)).tobytes() if page.marks else b""
    return hashlib.blake2b(marks, digest_size=16).digest()


def same_subjects(storage: Storage, one: LandedContent, other: LandedContent, stream: StreamSettings) -> bool:
    """Whether two pages are about the same machines, points and times, in any order and whatever they say of them."""
    if one.records != other.records or one.records < 2 or len(one.files) != 1 or len(other.files) != 1:
        return False
    try:
        mine, theirs = (sorted(_subjects(storage, page.files[0], stream)) for page in (one, other))
    except (ValueError, RecursionError):  # a bad record, or a name that is no path
        return False
    return mine == theirs


def _subjects(storage: Storage, file: LandedFile, stream: StreamSettings) -> Iterator[str]:
    """What each record is about.

    Raises:
        ValueError: it cannot be read, or does not say.
    """
    for text in _record_texts(storage, file, stream.records_path):
        record = json.loads(text, strict=False)
        values = [[pick(record, name) or None for name in stream.fields.of(field)] for field in _SUBJECT_FIELDS]
        if not any(values[0]):
            raise ValueError("the record names no machine")
        yield json.dumps(values)


def same_records(one: LandedContent, other: LandedContent) -> bool:
    """Whether two landed pages hold the same records in the same order."""
    return one.marks == other.marks


def _record_texts(storage: Storage, file: LandedFile, records_path: str) -> list[bytes]:
    body = gzip.decompress(storage.read_bytes(file.file))
    return [bytes(record) for record in split_records(body, records_path).records]


def batch_folder(storage: Storage, sync_log_id: int, first: Unit) -> str:
    """Folder of a batch's files, named by its first unit."""
    return f"{storage.run_folder(sync_log_id)}/{first.key}"


def write_manifest(storage: Storage, folder: str, manifest: Manifest) -> None:
    """Write it last: its presence means that the fetch is complete."""
    storage.write_bytes(f"{folder}/{MANIFEST}", json.dumps(manifest.to_dict()).encode())


def read_manifest(storage: Storage, sync_log_id: int, first: Unit) -> Manifest:
    """What the fetch of the batch that begins with the unit ``first`` landed.

    Raises:
        HandoverMissing: there is no complete fetch, or its manifest is damaged.
    """
    file = f"{batch_folder(storage, sync_log_id, first)}/{MANIFEST}"
    try:
        manifest = Manifest.from_dict(json.loads(storage.read_bytes(file)), first.stream)
    except (ValueError, TypeError, KeyError):
        raise HandoverMissing("a manifest is damaged; clear and re-run the fetch", file=file) from None
    if manifest.sync_log_id != sync_log_id:
        raise HandoverMissing("the manifest belongs to another run", file=first.key)
    return manifest
