"""Where the bootstrap keeps everything it makes: one ignored folder, `.cmms/` in the repository.

Input: the environment variable `CMMS_STATE_DIR` (another place). Output: paths, and a lock between processes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


class BootstrapError(Exception):
    """Something that a person has to mend; its text is the one sentence (or two) that they need."""


def find_state_folder() -> Path:
    """Return the folder of all runtime state, created if missing and closed to other users."""
    folder = Path(os.environ.get("CMMS_STATE_DIR") or REPOSITORY / ".cmms").expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path`, waiting for another process that has it.

    The kernel drops the lock with the process, so a crash leaves nothing to clean up.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_secret(path: Path, text: str) -> None:
    """Write `text` to a file that only its owner can read, from the first byte on; a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_name(f"{path.name}.new")
    whole.unlink(missing_ok=True)
    descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    whole.replace(path)
