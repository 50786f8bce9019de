"""Alerts for the time without database: one small file each, until the outbox can take them.

Input: alerts that could not be written. Output: files in ``<storage>/alerts``, or in
``<AIRFLOW_HOME>/cmms_storage/alerts`` when the storage is no local folder. A file means "sent already, do not
tell again"; `notify_run` and the watchdog carry it into the outbox as soon as the database answers. Hosts
without shared storage have a spool each.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cmms.alerts.records import Alert, Receiver
from cmms.alerts.write_outbox import Notification
from cmms.settings import Settings

_FORGET_AFTER = timedelta(hours=24)
"""A file this old was never carried over: what it says is news again."""


@dataclass(frozen=True)
class Entry:
    """One spooled alert and its file."""

    path: Path
    notification: Notification


def spool_folder(settings: Settings) -> Path:
    """Where the files are."""
    base = settings.storage.base_path.removeprefix("file://")
    if base and "://" not in base:
        return Path(base).expanduser() / "alerts"
    home = os.environ.get("AIRFLOW_HOME") or "~/airflow"
    return Path(home).expanduser() / "cmms_storage" / "alerts"


@contextmanager
def locked_spool(settings: Settings) -> Iterator[Path]:
    """The folder, while no other process of this host uses it."""
    folder = spool_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder


def is_empty(settings: Settings) -> bool:
    """Whether there is nothing to carry over; costs one look at the folder."""
    return not any(spool_folder(settings).glob("*.json"))


def list_entries(folder: Path) -> list[Entry]:
    """All spooled alerts, oldest first; a file that cannot be read is dropped."""
    entries = []
    for path in folder.glob("*.json"):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            notification = Notification(
                alert=Alert.from_dict(raw["alert"]),
                receivers=_receivers(raw["receivers"]),
                notified=_receivers(raw.get("notified", raw.get("told", []))),  # "told": an older version
                occurrences=int(raw["occurrences"]),
            )
        except (ValueError, KeyError, TypeError):
            path.unlink(missing_ok=True)
            continue
        entries.append(Entry(path, notification))
    return sorted(entries, key=lambda entry: entry.notification.alert.at)


def add_alerts(folder: Path, notifications: Sequence[Notification], now: datetime) -> list[Entry]:
    """Spool alerts, count those that are there already; return the entries that still have to be sent."""
    known = {
        entry.notification.alert.fingerprint: entry
        for entry in list_entries(folder)
        if now - entry.notification.alert.at < _FORGET_AFTER
    }
    for notification in notifications:
        fingerprint = notification.alert.fingerprint
        old = known.get(fingerprint)
        if old is None:
            name = hashlib.sha256(fingerprint.encode()).hexdigest()[:16]
            known[fingerprint] = Entry(folder / f"{name}.json", notification)
        elif old.notification.alert.run is None or old.notification.alert.run != notification.alert.run:
            alert = replace(old.notification.alert, run=notification.alert.run)
            repeated = replace(old.notification, alert=alert, occurrences=old.notification.occurrences + 1)
            known[fingerprint] = replace(old, notification=repeated)
        save_entry(known[fingerprint])
    return [entry for entry in known.values() if set(entry.notification.receivers) - set(entry.notification.notified)]


def save_entry(entry: Entry) -> None:
    """Write an entry so that a reader sees all of it or the one before."""
    notification = entry.notification
    raw = {
        "alert": notification.alert.to_dict(),
        "receivers": [[receiver.channel, receiver.target] for receiver in notification.receivers],
        "notified": [[receiver.channel, receiver.target] for receiver in notification.notified],
        "occurrences": notification.occurrences,
    }
    partial = entry.path.with_suffix(".partial")
    partial.write_text(json.dumps(raw), encoding="utf-8")
    partial.replace(entry.path)


def _receivers(raw: Sequence[Sequence[str]]) -> tuple[Receiver, ...]:
    return tuple(Receiver("slack" if channel == "slack" else "email", target) for channel, target in raw)
