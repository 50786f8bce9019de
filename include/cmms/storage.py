"""The hand-over between tasks: files of a run below one base path, local or in object storage.

Input: the section ``storage`` of the settings. Output: relative names such as
``runs/12/2026-01-31/manifest.json`` that every worker resolves to the same bytes. A file is there completely
or not at all; only the owner may read it, for it holds what the source sent.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from cmms.errors import HandoverMissing, StorageUnavailable

if TYPE_CHECKING:
    from cmms.settings import Storage as StorageSettings

RUNS = "runs"
CACHE = "cache"
_FILE_MODE = 0o600
_FOLDER_MODE = 0o700


class Storage:
    """Reads and writes the files of runs. Build it anew in every process: it holds no connection."""

    def __init__(self, settings: StorageSettings) -> None:
        self.is_local = "://" not in settings.base_path
        self.base: Any = _local_base(settings.base_path) if self.is_local else _remote_base(settings)

    def run_folder(self, sync_log_id: int) -> str:
        """Relative folder of a run's files."""
        return f"{RUNS}/{int(sync_log_id)}"

    def write_bytes(self, relative: str, data: bytes | memoryview) -> None:
        """Write a file in one step: readers see nothing, or the old file, or all of the new one.

        Raises:
            StorageUnavailable: full, read-only, not allowed.
        """
        target = self._locate(relative)
        with _translated("written", relative, self.base):
            self._write(target, data)

    def _write(self, target: Any, data: bytes | memoryview) -> None:
        if not self.is_local:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)  # an object appears when its upload is complete
            return
        temporary = target.with_name(f".{target.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
        try:
            file = _create_private(temporary)
        except FileNotFoundError:
            _make_private_folders(target.parent, self.base)
            file = _create_private(temporary)
        try:
            with os.fdopen(file, "wb") as stream:
                stream.write(data)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def read_bytes(self, relative: str) -> bytes:
        """Whole content of a file.

        Raises:
            HandoverMissing: the file is not there.
            StorageUnavailable: it cannot be read.
        """
        with _translated("read", relative, self.base):
            content: bytes = self._locate(relative).read_bytes()
        return content

    def exists(self, relative: str) -> bool:
        """Whether there is such a file or folder.

        Raises:
            StorageUnavailable: it does not answer.
        """
        with _translated("read", relative, self.base):
            return bool(self._locate(relative).exists())

    def delete_folder(self, relative: str) -> None:
        """Remove a folder with all that is in it; one that is not there is fine."""
        folder = self._locate(relative)
        if self.is_local:
            shutil.rmtree(folder, ignore_errors=True)
            return
        with _translated("cleaned", relative, self.base):
            if folder.exists():
                folder.rmdir(recursive=True)

    def delete_file(self, relative: str) -> None:
        """Remove a file; one that is not there is fine."""
        with suppress(FileNotFoundError):
            self._locate(relative).unlink()

    def delete_run(self, sync_log_id: int) -> None:
        """Remove everything of a run."""
        self.delete_folder(self.run_folder(sync_log_id))

    def delete_older_than(self, oldest: datetime, *, except_for: Collection[str] = ()) -> int:
        """Remove runs and cached answers that were last written before ``oldest``, but no folder of ``except_for``.

        Returns:
            How many runs and cached files were removed.

        Raises:
            StorageUnavailable: it does not answer.
        """
        removed = 0
        for area in (RUNS, CACHE):
            with _translated("cleaned", area, self.base):
                removed += self._delete_older_in(area, oldest, except_for)
        return removed

    def _delete_older_in(self, area: str, oldest: datetime, except_for: Collection[str]) -> int:
        folder = self._locate(area)
        removed = 0
        for entry in list(folder.iterdir()) if folder.exists() else []:
            relative = f"{area}/{entry.name}"
            if relative not in except_for and _last_written(entry) < oldest.timestamp():
                self.delete_folder(relative) if entry.is_dir() else self.delete_file(relative)
                removed += 1
        return removed

    @contextmanager
    def local_copy(self, relative: str) -> Iterator[Path]:
        """A path on this machine with the file's content (the file itself if it is local), for LOAD DATA.

        Raises:
            HandoverMissing: the file is not there.
        """
        if self.is_local:
            path: Path = self._locate(relative)
            if not path.exists():
                raise HandoverMissing("a file of an earlier step is not in the storage", file=relative)
            yield path
            return
        content = self.read_bytes(relative)
        with tempfile.TemporaryDirectory(prefix="cmms-") as folder:
            copy = Path(folder, PurePosixPath(relative).name)
            copy.write_bytes(content)
            yield copy

    def _locate(self, relative: str) -> Any:
        path = PurePosixPath(relative)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"no path inside the storage: {relative!r}")
        return self.base / relative


@contextmanager
def _translated(verb: str, relative: str, base: Any) -> Iterator[None]:
    """The operating system's error as ours, with what to look at."""
    try:
        yield
    except FileNotFoundError:
        if verb == "read":
            raise HandoverMissing("a file of an earlier step is not in the storage", file=relative) from None
        raise _unavailable(verb, relative, base, "No such file or directory") from None
    except ImportError as error:
        raise StorageUnavailable(f"the storage {base} needs a package that is not installed: {error}") from error
    except OSError as error:
        raise _unavailable(verb, relative, base, error.strerror or type(error).__name__) from error


def _unavailable(verb: str, relative: str, base: Any, reason: str) -> StorageUnavailable:
    return StorageUnavailable(
        f"the storage cannot be {verb} ({reason}): is {base} (storage.base_path) full, read-only, another user's?",
        file=relative,
    )


def _local_base(base_path: str) -> Path:
    if base_path:
        return Path(base_path).expanduser().absolute()
    return Path(os.environ.get("AIRFLOW_HOME") or "~/airflow").expanduser().absolute() / "cmms_storage"


def _remote_base(settings: StorageSettings) -> Any:
    from airflow.sdk import ObjectStoragePath

    return ObjectStoragePath(settings.base_path, conn_id=settings.connection_id)


def _create_private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)


def _make_private_folders(folder: Path, base: Path) -> None:
    """``mkdir -p`` whose mode holds for every folder it makes below the base, whatever the umask."""
    if not base.exists():
        base.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    current = base
    for part in folder.relative_to(base).parts:
        current = current / part
        current.mkdir(mode=_FOLDER_MODE, exist_ok=True)


def _last_written(entry: Any) -> float:
    """Newest change of a file, or of anything directly or deeper inside a folder."""
    newest = float(entry.stat().st_mtime)
    if entry.is_dir():
        newest = max([newest, *(_last_written(child) for child in entry.iterdir())])
    return newest
