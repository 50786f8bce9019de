"""A database that hangs: people are told without it, within the 50 seconds that Airflow gives a DAG's callbacks."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from cmms import patience
from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks.close_unfinished_run import close_unfinished_run
from tests.sinks import SlackSink

CALLBACKS = (CmmsNotifier(on="failure"), close_unfinished_run)
"""As the DAGs have them: `tests/dags/test_dag_definitions.py`."""
TOLD = ["[CMMS CRITICAL] CMMS database unreachable", "[CMMS CRITICAL] Running-time sync failed: RunTimedOut"]


class SilentServer:
    """Takes every connection, and never says a word; ``taken`` are the connections."""

    def __init__(self) -> None:
        self.taken: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        while True:
            try:
                self.taken.append(self._socket.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        """Let everybody go."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        for connection in self.taken:
            connection.close()


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentServer]:
    with closing(SilentServer()) as server:
        monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", f"mysql://cmms:secret@127.0.0.1:{server.port}/cmms")
        yield server


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Less patience than in operation, and a spool of the test's own."""
    monkeypatch.setattr(patience, "_gave_up_at", [])
    monkeypatch.setattr("cmms.alerts.notifier._PATIENCE_SECONDS", 2)
    file = tmp_path / "cmms.yaml"
    file.write_text(yaml.safe_dump({"storage": {"base_path": str(tmp_path / "storage")}}))
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(file))


def call_back(number: int) -> None:
    """What the DAG processor calls for a run that has timed out."""
    run = SimpleNamespace(dag_id="running_time_sync", run_id=f"backfill__{number}", end_date=None, start_date=None)
    context: Any = {"dag_run": run, "dag": None, "run_id": run.run_id, "reason": "timed_out"}
    for callback in CALLBACKS:
        callback(context)


def titles(slack: SlackSink) -> list[str]:
    return sorted(body["blocks"][0]["text"]["text"] for body in slack.bodies)


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("ALR-03", "ERR-01")
def test_of_ten_runs_that_fail_while_the_database_hangs_one_waits_and_people_are_told_once(
    silent_server: SilentServer, slack: SlackSink
) -> None:
    for number in range(10):
        call_back(number)
    assert titles(slack) == TOLD
    assert len(silent_server.taken) == 1


@pytest.mark.usefixtures("receivers", "outbox")
@pytest.mark.feature("ALR-03", "ERR-01")
def test_a_database_that_falls_silent_in_the_middle_is_given_up_too(slack: SlackSink, migrated: str) -> None:
    from cmms.database import session

    with session() as other, closing(other.cursor()) as cursor:
        cursor.execute("LOCK TABLES alert_events WRITE")
        call_back(1)
        assert titles(slack) == TOLD
        cursor.execute("UNLOCK TABLES")


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("ALR-03", "NOTF-05")
def test_what_has_been_told_while_it_hung_is_in_the_outbox_as_soon_as_it_answers(
    silent_server: SilentServer, slack: SlackSink, migrated: str, outbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.alerts.notify_run import resend_pending

    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", f"mysql://cmms:secret@127.0.0.1:{silent_server.port}/cmms")
    call_back(1)
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", migrated)
    resend_pending()  # by the watchdog, in another process, which has all the time
    with closing(outbox.cursor()) as cursor:
        outbox.rollback()
        cursor.execute("SELECT rule_key, status FROM alert_events ORDER BY rule_key")
        assert list(cursor.fetchall()) == [("database_unreachable", "resolved"), ("run_failed", "firing")]
    assert titles(slack) == [*TOLD, "[CMMS RESOLVED] Resolved: CMMS database unreachable"]
