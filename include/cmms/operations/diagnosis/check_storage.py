"""Group *storage*: may this process write where the tasks hand over, and do all workers see the same place?"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from cmms.errors import CmmsError
from cmms.operations.diagnosis.lines import Check, Finding
from cmms.operations.diagnosis.site import Site
from cmms.storage import Storage

_FOLDER = "diagnosis"
_DISK_WARN, _DISK_FAIL = 2 * 1024**3, 100 * 1024**2
_MANY_MACHINES = ("Celery", "Kubernetes", "Ecs", "Batch", "Edge")


def check_writable(site: Site) -> Iterator[Finding]:
    """Write a small file, read it back, delete it; a folder made for it is removed again."""
    storage = Storage(site.settings.storage)
    existed = not storage.is_local or Path(storage.base).exists()
    name, content = f"{_FOLDER}/{uuid.uuid4().hex}", b"cmms diagnose"
    try:
        storage.write_bytes(name, content)
        same = storage.read_bytes(name) == content
    except CmmsError as error:
        yield Finding(
            "fail",
            error.message.partition(": is ")[0] + f": {storage.base}",
            f"Let {_user()} write there, free space, or set storage.base_path to another place.",
        )
        return
    except OSError as error:
        yield Finding(
            "fail",
            f"{storage.base} cannot be written: {error.strerror or type(error).__name__}",
            f"Let {_user()} write there, or set storage.base_path to another place.",
        )
        return
    finally:
        storage.delete_folder(_FOLDER)
        if not existed:
            shutil.rmtree(storage.base, ignore_errors=True)
    if not same:
        yield Finding("fail", f"{storage.base} gives back other bytes than were written", "Look at that file system.")
    else:
        yield Finding("pass", f"{storage.base} can be written, read and cleaned by {_user()}")


def _user() -> str:
    import getpass

    try:
        return f"the user {getpass.getuser()}"
    except (KeyError, OSError):
        return f"the user with id {os.getuid()}"


def check_shared(site: Site) -> Iterator[Finding]:
    """With workers on several machines a local folder is not enough."""
    from airflow.configuration import conf

    executor, storage = conf.get("core", "executor"), Storage(site.settings.storage)
    if storage.is_local and any(name.lower() in executor.lower() for name in _MANY_MACHINES):
        yield Finding(
            "warn",
            f"the executor is {executor}, and the storage is the folder {storage.base}",
            "Mount this folder on all workers, or set storage.base_path to object storage such as s3://bucket/cmms.",
        )
    else:
        yield Finding("pass", f"{'a local folder' if storage.is_local else 'object storage'}, executor {executor}")


def check_space(site: Site) -> Iterator[Finding]:
    """Free space of a local storage."""
    storage = Storage(site.settings.storage)
    if not storage.is_local:
        yield Finding("pass", "object storage")
        return
    folder = Path(storage.base)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text, remedy = f"{free / 1024**3:.1f} GiB free in {folder}", "Free space, or set a smaller storage.keep_days."
    if free < _DISK_FAIL:
        yield Finding("fail", text, remedy)
    elif free < _DISK_WARN:
        yield Finding("warn", text, remedy)
    else:
        yield Finding("pass", text)


CHECKS = (
    Check("storage", "Writable", check_writable, needs=("package/Settings file",), seconds=30),
    Check("storage", "Shared", check_shared, needs=("package/Settings file",)),
    Check("storage", "Space", check_space, needs=("package/Settings file",)),
)
