"""A process that dies at a chosen statement, without a process: from then on nothing of it reaches the outside.

What SIGKILL does to a sync is this: its connections are gone (the server rolls back), no cleaning up is done, nothing is
written to the storage any more. Importing the engine takes seconds, so hundreds of real processes would take hours;
tests/airflow kills real ones.
"""

from __future__ import annotations

import time
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


class Mortal:
    """Counts statements and commits of all connections; dies before (or, ``answer_lost``, after) number ``at``."""

    def __init__(self, at: int | None = None, *, answer_lost: bool = False) -> None:
        self.operations: list[str] = []
        self.is_dead = False
        self._at = at
        self._answer_lost = answer_lost
        self._threads: list[int] = []

    def born(self, connection: Any) -> None:
        """A connection was opened."""
        self._threads.append(connection.thread_id())

    def run(self, name: str, operation: Callable[[], Any]) -> Any:
        """Do one operation, or die."""
        self.live()
        self.operations.append(name)
        is_last = len(self.operations) - 1 == self._at
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


AnyWatched = TypeVar("AnyWatched", bound=Watched)


@contextmanager
def mortal(process: AnyWatched) -> Iterator[AnyWatched]:
    """While this holds, all connections and files of the engine belong to ``process``."""
    real = {name: getattr(Connection, name) for name in ("__init__", "query", "commit", "rollback")}
    files = {name: getattr(Storage, name) for name in ("write_bytes", "delete_folder", "delete_file", "delete_run")}

    def opened(self: Any, *args: Any, **options: Any) -> None:
        process.live()
        real["__init__"](self, *args, **options)
        process.born(self)

    def query(self: Any, statement: Any) -> Any:
        text = statement.decode("utf-8", "replace") if isinstance(statement, bytes | bytearray) else statement
        return process.run(" ".join(text.split())[:80], lambda: real["query"](self, statement))

    def commit(self: Any) -> Any:
        return process.run("COMMIT", lambda: real["commit"](self))

    def rollback(self: Any) -> Any:
        process.live()
        return real["rollback"](self)

    def stored(name: str) -> Callable[..., Any]:
        def write(self: Any, *args: Any, **options: Any) -> Any:
            process.live()
            return files[name](self, *args, **options)

        return write

    replaced = {"__init__": opened, "query": query, "commit": commit, "rollback": rollback}
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
