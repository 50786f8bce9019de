"""The clean-up: old rows go in bounded batches; what is new, open or still needed stays."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from cmms.errors import DatabaseRefused
from cmms.operations import clean_up_logs as step
from cmms.operations.clean_up_logs import clean_up_logs
from cmms.operations.verify.verify_tables import verify_tables
from cmms.sync.runs.open_run import Trigger
from tests.housekeeping.rows import (
    NOW,
    add_alert,
    add_log,
    add_reject,
    add_unit,
    ago,
    insert,
    run_sql,
    select,
)

pytestmark = pytest.mark.feature("SCHED-03")


def add_event(connection: Any, number: int) -> None:
    insert(
        connection,
        "sync_log_events",
        sync_log_id=number,
        level="info",
        category="business",
        code="C",
        message="m",
    )


def add_call(connection: Any, days: float) -> int:
    return insert(connection, "api_call_logs", endpoint="/equipment", attempt=1, latency_ms=1, called_at=ago(days=days))


def add_audit(connection: Any, action: str, days: float) -> int:
    return insert(connection, "audit_log", at=ago(days=days), actor="x", action=action, entity="request", entity_id="")


def test_of_the_audit_log_only_old_refusals_go(connection: Any) -> None:
    old = add_audit(connection, "refused", 91)
    kept = [add_audit(connection, "refused", 89), add_audit(connection, "edit", 9000)]
    removed = clean_up_logs(NOW)
    assert removed["audit_log"] == 1
    assert select(connection, "SELECT id FROM audit_log ORDER BY id") == kept and old not in kept


def logs(connection: Any) -> set[int]:
    return set(select(connection, "SELECT id FROM api_sync_logs WHERE sync_type <> 'cleanup'"))


def old_log(connection: Any, status: str = "success", *, days: float = 91, **values: Any) -> int:
    return add_log(connection, status, at=ago(days=days), **values)


def test_an_old_run_goes_with_all_that_belongs_to_it(connection: Any) -> None:
    old, new = old_log(connection), old_log(connection, days=89)
    for number in (old, new):
        add_unit(connection, number)
        add_event(connection, number)
        add_reject(connection, number, b"%d" % number, status="discarded", last_seen_at=ago(days=91))
        insert(
            connection, "sync_superseded_records", sync_log_id=number, stream="running_time", unit_key="2026-02-28",
            record_key="E1", code="OLDER", payload=b"%d" % number, payload_hash=bytes([number % 250]) * 32,
        )  # fmt: skip
    removed = clean_up_logs(NOW)
    assert {table: count for table, count in removed.items() if count} == {
        "sync_log_events": 1,
        "sync_superseded_records": 1,
        "sync_record_errors": 1,
        "sync_units": 1,
        "api_sync_logs": 1,
    }
    assert logs(connection) == {new}
    for table in ("sync_units", "sync_superseded_records", "sync_record_errors"):
        assert select(connection, f"SELECT sync_log_id FROM {table}") == [new]


def test_runs_that_are_still_needed_stay_whatever_their_age(connection: Any) -> None:
    rejected, acknowledged, lately_settled = (old_log(connection, "partial", level="medium") for _ in range(3))
    add_reject(connection, rejected, b"1")
    add_reject(connection, acknowledged, b"2", status="acknowledged")
    add_reject(connection, lately_settled, b"3", status="resolved", resolved_at=ago(days=2))
    firing, told = old_log(connection, "failed"), old_log(connection, "failed")
    add_alert(connection, "firing", firing, at=ago(days=91), name="a")
    add_alert(connection, "resolved", told, at=ago(days=91), name="b")
    repeated = old_log(connection, "failed")
    repetition = old_log(connection, days=3, retry_of_id=repeated)
    unfinished = old_log(connection, "paused")
    clean_up_logs(NOW)
    assert logs(connection) == {
        rejected,
        acknowledged,
        lately_settled,
        firing,
        repeated,
        repetition,
        unfinished,
    }
    assert len(select(connection, "SELECT id FROM sync_record_errors")) == 3


def test_old_repetitions_go_before_what_they_repeat(connection: Any) -> None:
    first = old_log(connection, "failed")
    second = old_log(connection, "failed", retry_of_id=first)
    old_log(connection, retry_of_id=second)
    assert clean_up_logs(NOW)["api_sync_logs"] == 3
    assert logs(connection) == set()


def test_requests_and_settled_alerts_have_their_own_age_and_the_audit_log_stays(connection: Any) -> None:
    kept = [add_call(connection, 29), add_call(connection, 0)]
    add_call(connection, 31)
    firing = add_alert(connection, "firing", None, at=ago(days=400), name="a")
    lately = add_alert(connection, "resolved", None, at=ago(days=89), name="b")
    add_alert(connection, "resolved", None, at=ago(days=91), name="c")
    insert(connection, "audit_log", at=ago(days=400), actor="a", action="b", entity="c", entity_id="d")
    removed = clean_up_logs(NOW)
    assert (removed["api_call_logs"], removed["alert_events"], removed["notification_deliveries"]) == (
        1,
        1,
        1,
    )
    assert select(connection, "SELECT id FROM api_call_logs ORDER BY id") == kept
    assert select(connection, "SELECT id FROM alert_events ORDER BY id") == [firing, lately]
    assert select(connection, "SELECT COUNT(*) FROM audit_log") == [1]


def test_rows_go_in_bounded_batches(connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    old = old_log(connection)
    for _ in range(250):
        add_call(connection, 31)
        add_event(connection, old)
    batches: list[tuple[str, int]] = []
    real = step.execute

    def counting(cursor: Any, statement: str, parameters: Any = None, **rest: Any) -> int:
        rows = real(cursor, statement, parameters, **rest)
        if "delete" in statement:
            batches.append((statement, rows))
        return rows

    monkeypatch.setattr(step, "execute", counting)
    clean_up_logs(NOW)
    for table in ("api_call_logs", "sync_log_events"):
        assert [rows for name, rows in batches if name == f"operations/cleanup/delete_{table}"] == [100, 100, 50]


def test_the_clean_up_has_its_own_closed_log_row_with_counts(connection: Any) -> None:
    add_call(connection, 31)
    old_log(connection)
    trigger = Trigger(kind="schedule", dag_id="sync_log_cleanup", run_id="scheduled__1")
    clean_up_logs(NOW, trigger=trigger)
    clean_up_logs(NOW, trigger=trigger)  # the task's retry: the same row again
    rows = select(
        connection,
        "SELECT status, level, records_processed, run_id, sync_completed_at IS NULL FROM api_sync_logs",
    )
    assert rows == [("success", "info", 0, "scheduled__1", 0)]
    messages = select(connection, "SELECT message FROM sync_log_events ORDER BY id")
    assert messages == ["api_sync_logs: 1, api_call_logs: 1", "nothing was old enough"]
    assert verify_tables(datetime.now(UTC)) == []


@pytest.mark.parametrize("error", [DatabaseRefused("disk full"), KeyboardInterrupt()])
def test_a_failing_clean_up_is_closed_as_failed_and_keeps_what_it_did(
    connection: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    add_call(connection, 31)
    number = old_log(connection)
    add_unit(connection, number)

    def fail(self: Any) -> None:
        raise error

    monkeypatch.setattr(step._CleanUp, "_delete_logs", fail)
    with pytest.raises(type(error)):
        clean_up_logs(NOW)
    assert select(connection, "SELECT status, error_class FROM api_sync_logs WHERE sync_type = 'cleanup'") == [
        ("failed", type(error).__name__)
    ]
    assert select(connection, "SELECT COUNT(*) FROM api_call_logs") == [0]
    assert logs(connection) == {number}


def test_many_old_runs_go_together_not_a_transaction_for_each(connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(step._LOGS_AT_ONCE + 20):
        number = old_log(connection)
        add_unit(connection, number)
        add_event(connection, number)
    done: list[str] = []
    real = step.run_transaction

    def counting(*arguments: Any, what: str) -> Any:
        done.append(what)
        return real(*arguments, what=what)

    monkeypatch.setattr(step, "run_transaction", counting)
    removed = clean_up_logs(NOW)
    assert (removed["api_sync_logs"], removed["sync_units"]) == (step._LOGS_AT_ONCE + 20,) * 2
    assert len(done) < 15, done
    assert logs(connection) == set()


@pytest.mark.parametrize(
    "now", ["status = 'running', sync_completed_at = NULL", "status = 'success', sync_completed_at = UTC_TIMESTAMP(3)"]
)
def test_a_run_that_was_started_again_meanwhile_stays(
    connection: Any, monkeypatch: pytest.MonkeyPatch, now: str
) -> None:
    number = old_log(connection)
    add_unit(connection, number)
    real = step._CleanUp._delete_some

    def reopen_first(self: Any, ids: tuple[int, ...]) -> int:
        run_sql(
            connection,
            f"UPDATE api_sync_logs SET {now} WHERE sync_type <> 'cleanup'",
        )
        return real(self, ids)

    monkeypatch.setattr(step._CleanUp, "_delete_some", reopen_first)
    assert clean_up_logs(NOW)["api_sync_logs"] == 0
    assert select(connection, "SELECT sync_log_id FROM sync_units") == [number]


def test_old_files_go_and_those_of_new_and_open_runs_stay(connection: Any, tmp_path: Path) -> None:
    paused = old_log(connection, "paused")
    old, new, needed = (tmp_path / f"storage/runs/{number}" for number in (paused + 10, paused + 11, paused))
    for folder in (old, new, needed):
        folder.mkdir(parents=True)
        (folder / "page.json.gz").write_bytes(b"x")
    long_ago = time.time() - 15 * 86_400
    for folder in (old, needed):
        for path in (folder / "page.json.gz", folder):
            os.utime(path, (long_ago, long_ago))
    assert clean_up_logs(NOW)["storage"] == 1
    assert not old.exists()
    assert new.exists()
    assert needed.exists()


@pytest.mark.parametrize("wrong_by", [timedelta(days=400), timedelta(days=-400)])
def test_ages_are_those_of_the_databases_clock_whatever_the_workers_says(
    connection: Any, tmp_path: Path, wrong_by: timedelta
) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    old, new = now - timedelta(days=91), now - timedelta(days=1)
    runs = {add_log(connection, "success", at=at): at for at in (old, new)}
    for number, at in runs.items():
        page = tmp_path / f"storage/runs/{number}/page.json.gz"
        page.parent.mkdir(parents=True)
        page.write_bytes(b"x")
        for path in (page, page.parent):
            os.utime(path, (at.replace(tzinfo=UTC).timestamp(),) * 2)
    with time_machine.travel(datetime.now(UTC) + wrong_by):
        removed = clean_up_logs()
    assert (removed["api_sync_logs"], removed["storage"]) == (1, 1)
    kept = [number for number, at in runs.items() if at == new]
    assert logs(connection) == set(kept)
    assert [folder.name for folder in (tmp_path / "storage/runs").iterdir()] == [str(number) for number in kept]


def test_every_transaction_of_a_clean_up_is_a_sign_of_life(connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of months takes long, and the watchdog must not take it for dead."""
    of_clean_up = "FROM api_sync_logs WHERE sync_type = 'cleanup'"
    seen: dict[str, bool] = {}
    real = step.run_transaction

    def run_transaction(own: Any, work: Any, *, what: str) -> Any:
        run_sql(connection, "UPDATE api_sync_logs SET heartbeat_at = '2026-01-01' WHERE sync_type = 'cleanup'")
        result = real(own, work, what=what)
        seen[what] = select(connection, f"SELECT heartbeat_at > '2026-01-01' {of_clean_up}") == [1]
        return result

    old = ago(days=400)
    add_alert(connection, "resolved", None, at=old)
    number = add_log(connection, at=old)
    monkeypatch.setattr(step, "run_transaction", run_transaction)
    clean_up_logs(NOW)
    tables = ("api_call_logs", "audit_log", "sync_log_events", "sync_superseded_records", "sync_record_errors")
    rows = {f"removing rows of {table}": True for table in tables}
    others = {"removing alerts": True, f"removing runs {number} to {number}": True}
    assert seen == {**rows, **others, "closing the clean-up": False}
