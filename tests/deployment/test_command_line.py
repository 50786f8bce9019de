"""What an administrator gets wrong ends a command with a sentence and exit code 2, never with a traceback."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from cmms.cli import main
from cmms.errors import DatabaseUnavailable, StorageUnavailable
from cmms.operations.installation import prepare_airflow
from cmms.settings import parse_settings
from cmms.storage import Storage
from tests.sync.conftest import connection_uri

pytestmark = pytest.mark.feature("PKG-01")

Said = pytest.CaptureFixture[str]


@pytest.fixture
def empty(database: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """A schema without tables, and the site's settings."""
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    return database


@pytest.mark.parametrize(
    "command", ["seed", "replay", "validate", "verify", "reconcile", "evaluate", "cleanup", "docs"]
)
def test_a_command_without_its_tables_says_what_to_run(empty: dict[str, Any], command: str, capsys: Said) -> None:
    assert main([command]) == 2
    assert "no tables of CMMS Sync: run python -m cmms migrate" in capsys.readouterr().err


@pytest.mark.parametrize("options", [("--revision", "9999"), ("--down", "--revision", "0008")])
def test_a_revision_that_there_is_not_is_refused(empty: dict[str, Any], options: tuple[str, ...], capsys: Said) -> None:
    assert main(["migrate", *options]) == 2
    assert "AskPerson: migrating: " in (said := capsys.readouterr().err) and "knows 0001 to 00" in said


def test_tables_of_a_newer_version_are_not_migrated(database: dict[str, Any], empty: Any, capsys: Said) -> None:
    import MySQLdb

    assert main(["migrate"]) == 0
    with MySQLdb.connect(**database) as connection:
        connection.cursor().execute("UPDATE cmms_alembic_version SET version_num = '9998'")
        connection.commit()
    for options in ([], ["--down", "--revision", "0008"]):
        assert main(["migrate", *options]) == 2
        assert "'9998'" in (said := capsys.readouterr().err) and "only while that one is installed" in said


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"read_timeout": "soon"}, "read_timeout in the extra of cmms_mysql must be a number"),
        ([1], "must be a JSON obj"),
    ],
)
def test_an_extra_that_makes_no_sense_is_named(
    extra: Any, said: str, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    connection = {"conn_type": "mysql", "host": "127.0.0.1", "login": "cmms", "schema": "cmms", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", json.dumps(connection))
    assert main(["verify"]) == 2
    assert said in capsys.readouterr().err


def test_a_connection_without_login_and_schema_is_refused_by_the_server(
    empty: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    connection = {"conn_type": "mysql", "host": empty["host"], "port": empty["port"]}
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", json.dumps(connection))
    assert main(["verify"]) == 2
    assert "DatabaseRefused: " in capsys.readouterr().err


@pytest.mark.parametrize("days", ["999999999", "740000"])
def test_so_many_days_that_there_are_none_are_no_difference(
    empty: dict[str, Any], days: str, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.errors import SettingsError
    from cmms.operations.reconcile import choose_days

    with pytest.raises(SettingsError, match="days cannot be compared"):
        choose_days(date(2026, 2, 1), days=int(days))


def test_a_metadata_database_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.models.pool import Pool

    def fails(*_: object) -> None:
        with sqlalchemy.create_engine("sqlite://").connect() as connection:
            connection.execute(sqlalchemy.text("SELECT * FROM slot_pool"))

    monkeypatch.setattr(Pool, "get_pool", fails)
    for call in (prepare_airflow.create_pool, prepare_airflow.delete_pool):
        with pytest.raises(DatabaseUnavailable, match=r"metadata database: no such table.*airflow db migrate"):
            call()


def test_a_storage_that_cannot_be_made_or_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = parse_settings({"storage": {"base_path": "/proc/there-is-none"}}).storage
    with pytest.raises(StorageUnavailable, match="cannot be written"):
        Storage(settings).write_bytes("init", b"")
    far = Storage(settings)

    class Far:
        def __truediv__(self, _name: str) -> Far:
            return self

        def exists(self) -> bool:
            raise ImportError("Install s3fs to access S3")

        __str__ = lambda self: "s3://bucket"  # noqa: E731

    far.base, far.is_local = Far(), False
    with pytest.raises(StorageUnavailable, match="s3://bucket needs a package that is not installed: Install s3fs"):
        far.delete_folder("runs")
    with pytest.raises(StorageUnavailable, match="Install s3fs"):
        far.delete_older_than(None)  # type: ignore[arg-type]


def test_a_terminal_without_our_signs_shows_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shown = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    main(["diagnose", "--group", "package"])
    shown.seek(0)
    assert "? pass" in shown.read()


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    program = (
        "from cmms import cli; from cmms.operations.verify import verify_tables as module;"
        " from cmms.maintenance import verify_maintenance as maintenance;"
        " maintenance.verify_maintenance = list;"
        " cli._check_tables = module.verify_tables = lambda: ['a difference'] * {};"
        " raise SystemExit(cli.main(['verify']))"
    )
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": "include"}
    for lines in (1, 9_999):
        reads, writes = os.pipe()
        os.close(reads)
        done = subprocess.run(
            [sys.executable, "-c", program.format(lines)],
            stdout=writes,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
        )
        os.close(writes)
        assert done.returncode == 1 and "BrokenPipe" not in done.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    from cmms.errors import SettingsError
    from cmms.operations.data_docs import build_data_docs as module

    (tmp_path / "file").write_text("")
    monkeypatch.setattr(module, "list_validations", lambda _storage: [object()])
    with pytest.raises(SettingsError, match="cannot be made: File exists; choose another --output"):
        module.build_data_docs(tmp_path / "file", settings=parse_settings({}))
