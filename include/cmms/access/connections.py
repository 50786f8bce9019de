"""Pooled database sessions for view and REST API. Input: the connection ``cmms_mysql``. Output: sessions.

A pool per process, bounded: many users share few connections. A reading statement that takes too long is ended by
the server, so that no page can keep a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import TypeVar, cast

import sqlalchemy

from cmms import mysql_driver
from cmms.access.cache_results import expire_soon
from cmms.access.claim_request import hold_claim, take_claim
from cmms.access.explain_duplicate import explain_duplicate
from cmms.database import Connection, Cursor, connect, run_transaction, translate, translated_errors
from cmms.errors import DatabaseUnavailable
from cmms.session_variables import is_mariadb

POOL_SIZE = 8
POOL_WAIT_SECONDS = 10
STATEMENT_SECONDS = 10
_ANSWER_SECONDS = 120
"""Writes are not ended by MySQL: a server that is silent for longer has hung, and no page waits for it."""
_RECYCLE_SECONDS = 300

T = TypeVar("T")


@cache
def engine() -> sqlalchemy.Engine:
    """The process's pool; the address comes from Airflow's connection at the first use."""
    return sqlalchemy.create_engine(
        f"{mysql_driver.DIALECT}://",
        creator=_connect,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        pool_recycle=_RECYCLE_SECONDS,
    )


def _connect() -> Connection:
    connection = connect(answer_seconds=_ANSWER_SECONDS)
    with closing(connection.cursor()) as cursor:
        if is_mariadb(connection):
            cursor.execute(f"SET SESSION max_statement_time = {STATEMENT_SECONDS:d}")
        else:
            cursor.execute(f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000:d}")
    connection.commit()
    return connection


@contextmanager
def reading() -> Iterator[sqlalchemy.Connection]:
    """A session for SQLAlchemy selects; nothing is kept of what it might change."""
    with _translated(), engine().connect() as connection:
        yield connection


@contextmanager
def raw_session() -> Iterator[Connection]:
    """A driver session, for the statement files; rolled back when it goes back to the pool.

    Raises:
        DatabaseUnavailable: not reachable, lost, or no session free; StatementTooLong: ended by the server.
    """
    with _translated(), closing(engine().raw_connection()) as connection:
        yield cast(Connection, connection)  # the pool's proxy hands on whatever the driver's connection can do


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of the driver, bare or as SQLAlchemy wraps them, and a pool that is all in use, as errors of ours."""
    what = "reading the CMMS database"
    try:
        with translated_errors(what):
            yield
    except sqlalchemy.exc.DBAPIError as error:
        raise translate(error.orig or error, what) from error
    except sqlalchemy.exc.TimeoutError as error:
        raise DatabaseUnavailable("all connections of this server process are in use") from error


def write(work: Callable[[Cursor], T], *, what: str) -> T:
    """One transaction: ``work(cursor)``, repeated as a whole on deadlock; an error leaves nothing.

    Raises:
        Invalid: a value that exists already (:mod:`cmms.access.explain_duplicate`). Repeated: the request that this
            belongs to has been carried out already (:mod:`cmms.access.claim_request`).
    """

    def claimed(cursor: Cursor) -> T:
        take_claim(cursor)
        try:
            return work(cursor)
        except Exception as error:
            if refusal := explain_duplicate(error):
                raise refusal from error
            raise

    try:
        with raw_session() as connection:
            result = run_transaction(connection, claimed, what=what)
        hold_claim()
        return result
    finally:
        expire_soon()
