"""A process that dies at a chosen statement, without a process: from then on nothing of it reaches the outside.

What SIGKILL does to a sync is this: its connections are gone (the server rolls back), no cleaning up is done, nothing is
written to the storage any more. Importing the engine takes seconds, so hundreds of real processes would take hours;
tests/airflow kills real ones.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import MySQLdb
from MySQLdb.connections import Connection

from cmms.storage import Storage


class Watched(Protocol):
    """Told of everything that the engine asks of the database."""

    def live(self) -> None:
        """May anything be done?"""

    def born(self, connection: Any) -> None:
        """A connection was opened."""

    def run(self, name: str, operation: Callable[[], Any]) -> Any:
        """Do one statement or COMMIT."""


class Death(BaseException):
    """The process is not there any more."""


Operation = tuple[str, int]
"""Kind of a statement (its beginning, without ids) or ``COMMIT``, and which of its kind: 0 is the first.

Unlike the n-th of all it means the same each time: threads of a sync take turns as they like.
"""


class Mortal:
    """Notes statements and commits of all connections; dies before (or, ``answer_lost``, after) the one ``at``.

    ``at`` as a number: whatever is the n-th.
    """

    def __init__(self, at: Operation | int | None = None, *, answer_lost: bool = False) -> None:
        self.operations: list[Operation] = []
        self.is_dead = False
        self._at = at
        self._answer_lost = answer_lost
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._threads: list[int] = []

    def born(self, connection: Any) -> None:
        """A connection was opened."""
        self._threads.append(connection.thread_id())

    def run(self, name: str, operation: Callable[[], Any]) -> Any:
        """Do one operation, or die."""
        self.live()
        with self._lock:
            kind = re.sub(r"'[^']*'|\d+", "#", name)[:80]
            this = (kind, self._seen[kind])
            self._seen[kind] += 1
            self.operations.append(this)
            is_last = self._at in (this, len(self.operations) - 1)
        if is_last and not self._answer_lost:
            self.die()
        result = operation()
        if is_last:
            self.die()
        return result

    def live(self) -> None:
        """Nothing is done after death."""
        if self.is_dead:
            raise Death

    def die(self) -> None:
        """Stop, and leave the connections to be cut."""
        self.is_dead = True
        raise Death

    def cut(self, server: Any) -> None:
        """End the connections as the operating system would, and wait until the server has rolled back."""
        cursor = server.cursor()
        for thread in self._threads:
            try:
                cursor.execute(f"KILL {thread}")
            except MySQLdb.OperationalError:
                continue  # closed before
        for _ in range(500):
            cursor.execute("SELECT id FROM information_schema.processlist")
            if not {row[0] for row in cursor.fetchall()} & set(self._threads):
                return
            time.sleep(0.02)
        raise AssertionError("the server did not end the connections")


class Disturbance:
    """Does something to the site just before the first statement that begins so."""

    def __init__(self, statement: str, disturb: Callable[[], object]) -> None:
        self._statement, self._disturb = statement, disturb
        self.has_happened = False

    def live(self) -> None:
        """The engine itself lives on."""

    def born(self, connection: Any) -> None:
        """Connections may come and go."""

    def run(self, name: str, operation: Callable[[], Any]) -> Any:
        """Disturb, once, then do it."""
        if not self.has_happened and name.startswith(self._statement):
            self.has_happened = True
            self._disturb()
        return operation()


AnyWatched = TypeVar("AnyWatched", bound=Watched)


@contextmanager
def mortal(process: AnyWatched) -> Iterator[AnyWatched]:
    """While this holds, all connections and files of the engine belong to ``process``."""
    real = {name: getattr(Connection, name) for name in ("__init__", "query", "commit", "rollback", "next_result")}
    files = {name: getattr(Storage, name) for name in ("write_bytes", "delete_folder", "delete_file", "delete_run")}

    def opened(self: Any, *args: Any, **options: Any) -> None:
        process.live()
        real["__init__"](self, *args, **options)
        process.born(self)

    def query(self: Any, statement: Any) -> Any:
        text = statement.decode("utf-8", "replace") if isinstance(statement, bytes | bytearray) else statement
        return process.run(" ".join(text.split()), lambda: real["query"](self, statement))

    def commit(self: Any) -> Any:
        return process.run("COMMIT", lambda: real["commit"](self))

    def rollback(self: Any) -> Any:
        process.live()
        return real["rollback"](self)

    def next_result(self: Any) -> Any:
        process.live()
        return real["next_result"](self)

    def stored(name: str) -> Callable[..., Any]:
        def write(self: Any, *args: Any, **options: Any) -> Any:
            process.live()
            return files[name](self, *args, **options)

        return write

    replaced = {"__init__": opened, "query": query, "commit": commit, "rollback": rollback, "next_result": next_result}
    try:
        for name, function in replaced.items():
            setattr(Connection, name, function)
        for name in files:
            setattr(Storage, name, stored(name))
        yield process
    finally:
        for name, function in real.items():
            setattr(Connection, name, function)
        for name, function in files.items():
            setattr(Storage, name, function)
