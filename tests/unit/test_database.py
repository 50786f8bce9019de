"""What the text of a statement decides: whether the driver batches it, and that values are bound, never written into it.

And what an error's number decides: whether it may pass, and whether a transaction is repeated.
"""

from __future__ import annotations

import re
from pathlib import Path

import MySQLdb
import pytest
from MySQLdb.cursors import RE_INSERT_VALUES

from cmms import database
from cmms.errors import DatabaseRefused, DatabaseUnavailable, StatementTooLong
from cmms.streams import STREAMS
from cmms.sync.runs.report_progress import write_event

INCLUDE = Path(database.__file__).parent
STATEMENTS = {
    name
    for file in INCLUDE.rglob("*.py")
    for name in re.findall(r'insert_many\(\s*[\w.]+,\s*"([\w/]+)"', file.read_text(encoding="utf-8"))
}


def test_the_statements_are_found() -> None:
    calls = sum(file.read_text(encoding="utf-8").count("insert_many(") for file in INCLUDE.rglob("*.py"))
    assert len(STATEMENTS) == calls - 1  # one is the definition


@pytest.mark.feature("PERF-06", "SYNC-11")
@pytest.mark.parametrize("statement", sorted(STATEMENTS))
def test_the_driver_batches_the_statement(statement: str) -> None:
    assert RE_INSERT_VALUES.match(database.load_sql(statement))


@pytest.mark.feature("STK-08")
def test_every_statement_takes_its_values_by_name_and_nothing_else_but_the_staging_table() -> None:
    folder = INCLUDE.parent / "sql"
    files = [file for file in folder.rglob("*.sql") if file.parent.name != "schema"]
    assert len(files) > 150
    names = [file.relative_to(folder).with_suffix("").as_posix() for file in files]
    shared = {name for name, file in zip(names, files, strict=True) if file.read_text().startswith("-- Stream: any.")}
    names = [*(set(names) - shared), *(f"{name}:{stream}" for name in shared for stream in STREAMS)]
    for file in names:
        text = re.sub(r"--.*", "", database.load_sql(file))
        assert set(re.findall(r"\{(\w*)\}", text)) <= {"stage"}, file
        assert not re.search(r"['\"`]\s*%\(", text), file  # a value in quotes would be quoted twice
        assert re.findall(r"%(?!\(\w+\)s|%)", text.replace("%%", "")) == [], file


@pytest.mark.feature("STK-08")
@pytest.mark.parametrize("table", ["plants", "stg_x; DROP TABLE plants", "stg_`x", "STG_X", ""])
def test_only_a_staging_table_gets_into_a_statement_by_its_name(table: str) -> None:
    with pytest.raises(ValueError, match="no staging table name"):
        database.execute(None, "sync/merge/count", stage_table=table)  # type: ignore[arg-type]


class _Sent:
    """A cursor that encodes what it is given, as the drivers do."""

    def execute(self, text: str, values: dict[str, object]) -> int:
        self.length = len(str(values["message"]).encode())
        return self.length

    def executemany(self, text: str, rows: list[dict[str, object]]) -> int:
        return sum(self.execute(text, row) for row in rows)


@pytest.mark.feature("LOG-01", "SRC-01")
@pytest.mark.parametrize("message", ["plain", "Größe 🔧", "a key \ud800 of the source", "\udfff"])
def test_every_text_can_be_written(message: str) -> None:
    values = {"message": message, "payload": b"\xff", "id": 7, "at": None}
    length = len(message.encode("utf-8", "backslashreplace"))
    assert database.execute(_Sent(), "sync/runs/insert_event", values) == length
    assert database.insert_many(_Sent(), "sync/runs/insert_call", [values, values]) == 2 * length


@pytest.mark.feature("LOG-01", "SRC-01")
def test_an_event_fits_into_its_column_and_the_log_when_its_characters_are_spelled_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cursor = _Sent()
    write_event(cursor, 1, "warning", "completeness", "ANSWER_INCOMPLETE", "\ud800" * 900)
    assert cursor.length == 1000
    assert caplog.text.encode().count(b"\\ud800") == 900


@pytest.mark.feature("RTY-01")
@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        # Nobody there, gone, shut down, killed, idle or silent for too long, no free connection, a lock not to be had;
        # a cluster that refuses at COMMIT, is not ready, or has another primary now.
        (
            DatabaseUnavailable,
            (
                2002,
                2003,
                2005,
                2006,
                2013,
                2055,
                4031,
                1053,
                1927,
                1040,
                1203,
                1205,
                1213,
                1020,
                3100,
                3101,
                1180,
            ),
        ),
        (DatabaseUnavailable, (1047, 1290, 1836)),
        (StatementTooLong, (3024, 1969, 1317)),  # ended by the server, or by a person
        # Who we are, what we may do, what is missing, what is full, what is wrong with the statement.
        (DatabaseRefused, (1044, 1045, 1049, 1142, 1146, 1227, 1114, 1021, 1064, 1406)),
    ],
)
def test_an_error_that_may_pass_is_told_from_one_that_will_not(kind: type[Exception], numbers: tuple[int, ...]) -> None:
    for number in numbers:
        error = database.translate(MySQLdb.OperationalError(number, "as the server says"), "merging")
        assert type(error) is kind, number
        assert error.context["mysql_error"] == number
        assert "merging: as the server says" in str(error)


class Connection:
    """Counts what a transaction does to its connection."""

    def __init__(self) -> None:
        self.commits = self.rollbacks = 0

    def cursor(self) -> Connection:
        return self

    def close(self) -> None: ...

    def commit(self) -> None:
        self.commits += 1

    def rollback(self) -> None:
        self.rollbacks += 1


@pytest.mark.feature("STK-08")
@pytest.mark.parametrize(
    ("number", "is_refused"),
    [
        (1148, True), (3948, True), (3950, True), (4166, True), (2068, True),  # switched off, or forbidden
        (0, True), (2, True), (11, True), (13, True), (29, True), (1017, True),  # another name than ours came back
        (1205, False), (1213, False), (2006, False), (2013, False), (1062, False), (None, False),
    ],
)  # fmt: skip
def test_rows_are_inserted_where_a_file_is_refused_or_not_found_by_its_name(
    number: int | None, is_refused: bool
) -> None:
    """MariaDB's client library opens no file with an empty name, and tells the last error of the system: any, 0 too."""
    error = MySQLdb.OperationalError(number, "File '' not found (Errcode: 0)")
    assert database.is_local_file_refused(error) == is_refused


@pytest.mark.feature("RTY-01")
@pytest.mark.parametrize(
    ("number", "failures", "attempts", "kind"),
    [
        (1213, 2, 3, None),
        (1020, 2, 3, None),
        (1205, 2, 3, None),
        (3101, 2, 3, None),
        (1180, 2, 3, None),
        (1047, 2, 3, None),
        (1290, 2, 3, None),
        (1836, 9, 3, DatabaseUnavailable),
        (1213, 9, 3, DatabaseUnavailable),
        (2006, 9, 1, DatabaseUnavailable),
        (1114, 9, 1, DatabaseRefused),
    ],
)
def test_a_transaction_is_repeated_for_locks_only_and_rolled_back_each_time(
    monkeypatch: pytest.MonkeyPatch, number: int, failures: int, attempts: int, kind: type[Exception] | None
) -> None:
    tried: list[int] = []

    def work(_: object) -> str:
        tried.append(1)
        if len(tried) <= failures:
            raise MySQLdb.OperationalError(number, "no")
        return "done"

    monkeypatch.setattr(database.time, "sleep", lambda seconds: None)
    connection = Connection()
    if kind is None:
        assert database.run_transaction(connection, work, what="merging") == "done"
    else:
        with pytest.raises(kind):
            database.run_transaction(connection, work, what="merging")
    assert len(tried) == attempts
    assert (connection.commits, connection.rollbacks) == (1 if kind is None else 0, min(failures, attempts))


class _Found:
    """A cursor with so many rows."""

    def __init__(self, *rows: tuple[object, ...]) -> None:
        self._rows = list(rows)

    def fetchone(self) -> tuple[object, ...] | None:
        return self._rows.pop(0) if self._rows else None


def test_the_one_value_of_an_answer_is_there_or_it_is_an_error() -> None:
    assert database.read_value(_Found((3, "x"))) == 3  # type: ignore[arg-type]
    with pytest.raises(LookupError, match="no row"):
        database.read_value(_Found())  # type: ignore[arg-type]
