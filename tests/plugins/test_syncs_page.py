"""The page of syncs: its widgets say what the tables say, and what they offer does what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cmms.words import count_of
from cmms_ui.resources.record_errors.error_codes import code_label
from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import buttons, hrefs, open_dialog, prefilled, refresh_widget, texts

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
TABS = ["live", "equipment", "running_time", "history", "failed"]


def _act(client: Any, verb: str, **body: Any) -> Any:
    return client.post(f"{API}/syncs/actions/{verb}", json=body)


def _line(component: Any, first: str) -> list[str]:
    """The texts that follow ``first`` in a widget."""
    shown = texts(component)
    return shown[shown.index(first) :]


@pytest.fixture(scope="module", autouse=True)
def history(tables: Callable[..., list[dict[str, Any]]]) -> Iterator[None]:
    """Two months of runs: of each ten days one failed, in the last month; before, one of five."""
    newest = tables("SELECT MAX(id) AS id FROM api_sync_logs")[0]["id"]
    for back in range(1, 60):
        fails = back % (10 if back < 30 else 5) == 0
        status, good = ("failed", 0) if fails else ("partial" if back % 7 == 0 else "success", 100 + back)
        rejected = 3 if status == "partial" else 0
        tables(
            "INSERT INTO api_sync_logs (sync_type, status, scope, dag_id, run_id, records_processed, records_success, records_failed,"
            " records_inserted, queue_ms, api_ms, validate_ms, db_ms, error_class, error_category, sync_started_at,"
            " sync_completed_at) VALUES ('equipment', %s, '{}', 'equipment_sync', %s, %s, %s, %s, %s, 900, 500, 2000, 100, %s, %s,"
            " UTC_TIMESTAMP(3) - INTERVAL %s DAY, UTC_TIMESTAMP(3) - INTERVAL %s DAY + INTERVAL 12 SECOND)",
            *(status, f"history-{back}", good, good - rejected, rejected, good - rejected),
            *("ApiRefused" if fails else None, "api" if fails else None, back, back),
        )
    yield
    tables("DELETE FROM api_sync_logs WHERE id > %s AND run_id LIKE 'history-%%'", newest)


@pytest.mark.feature("SYM-01")
def test_the_five_tabs_stand_in_the_order_of_the_source(client_for: ClientFor) -> None:
    meta = client_for("user").get(f"{API}/meta/syncs").json()
    assert [tab["name"] for tab in meta["tabs"]] == TABS


@pytest.mark.feature("SYM-01", "SYM-02")
@pytest.mark.parametrize("tab", TABS)
def test_every_widget_of_a_tab_shows_something(client_for: ClientFor, tab: str) -> None:
    from cmms_ui.resources import RESOURCES

    for widget in RESOURCES["syncs"].tab(tab).widgets:
        options = {option.name: str(option.default) for option in widget.options}
        assert texts(refresh_widget(client_for("user"), "syncs", widget.name, **options)), widget.name


@pytest.mark.feature("ADV-01")
def test_a_viewer_gets_neither_the_failed_operations_nor_their_widgets(client_for: ClientFor) -> None:
    viewer = client_for("viewer")
    assert "failed" not in [tab["name"] for tab in viewer.get(f"{API}/meta/syncs").json()["tabs"]]
    assert viewer.get(f"{API}/syncs?tab=failed").status_code == 403
    assert texts(refresh_widget(viewer, "syncs", "retries")) == ["This widget does not exist any more."]


@pytest.mark.feature("SYM-T2", "WAD-06")
@pytest.mark.parametrize("days", [7, 30])
def test_outcomes_equal_the_log_table_of_the_chosen_period(client_for: ClientFor, tables: Tables, days: int) -> None:
    today = datetime.now(UTC).date()
    counts = []
    for since, until in ((days - 1, -1), (2 * days - 1, days - 1)):
        bounds = (today - timedelta(days=since), today - timedelta(days=until))
        rows = tables(
            "SELECT status, records_processed FROM api_sync_logs WHERE sync_type = 'equipment'"
            " AND sync_started_at >= %s AND sync_started_at < %s",
            *bounds,
        )
        good = sum(row["status"] in ("success", "partial") for row in rows)
        bad = sum(row["status"] == "failed" for row in rows)
        counts.append((rows, 100 * good / (good + bad)))
    (now, rate), (_, before) = counts
    shown = texts(refresh_widget(client_for("viewer"), "syncs", "equipment_outcomes", days=str(days)))
    assert shown[0] == f"{rate:.1f} %".replace(".0 %", " %")
    assert f"{'▲' if rate > before else '▼'} {abs(rate - before):.1f} points" in shown
    assert f"{len(now):,} runs" in shown
    processed = sum(row["records_processed"] for row in now)
    assert any(text.startswith(f"{processed:,} records: ") for text in shown)
    assert days == 7 or rate > before  # the history above has become better


@pytest.mark.feature("KPI-01")
def test_the_success_rate_is_the_same_by_sql_api_key_figure_and_widget(client_for: ClientFor, tables: Tables) -> None:
    from cmms.database import session
    from cmms.figures.kpis import Period, success_rates

    today = datetime.now(UTC).date()
    first, until = today - timedelta(days=29), today + timedelta(days=1)
    counted = tables(
        "SELECT status, COUNT(*) AS n FROM api_sync_logs WHERE sync_type = 'equipment' AND sync_completed_at IS NOT NULL"
        " AND sync_started_at >= %s GROUP BY status",
        first,
    )
    by_sql = {row["status"]: row["n"] for row in counted if row["status"] != "cancelled"}
    rate = 100 * (by_sql["success"] + by_sql["partial"]) / sum(by_sql.values())
    assert 0 < rate < 100

    def total(status: str) -> int:
        asked = f"tab=history&sync_type=equipment&status={status}&sync_started_at.between={first}&sync_started_at.between={today}"
        return int(client_for("viewer").get(f"{API}/syncs?{asked}&limit=1").json()["total"])

    assert {status: total(status) for status in by_sql} == by_sql
    midnight = datetime.min.time()
    with session() as connection:
        period = Period(datetime.combine(first, midnight, UTC), datetime.combine(until, midnight, UTC))
        [figure] = [found for found in success_rates(connection, period) if found.sync_type == "equipment"]
    assert (figure.finished, figure.percent) == (sum(by_sql.values()), pytest.approx(rate))
    shown = texts(refresh_widget(client_for("viewer"), "syncs", "equipment_outcomes", days="30"))
    assert shown[0] == f"{rate:.1f} %".replace(".0 %", " %")


@pytest.mark.feature("WAD-12", "SYM-T4", "ERR-04")
def test_figures_and_curves_equal_the_log_table(client_for: ClientFor, tables: Tables) -> None:
    since = datetime.now(UTC).date() - timedelta(days=6)
    row = tables(
        "SELECT SUM(records_processed) AS processed, SUM(records_failed) AS rejected, SUM(records_warning) AS warnings"
        " FROM api_sync_logs"
        " WHERE sync_type IN ('equipment', 'running_time') AND sync_started_at >= %s AND sync_completed_at IS NOT NULL",
        since,
    )[0]
    shown = refresh_widget(client_for("viewer"), "syncs", "metrics")
    assert _line(shown, "Records")[1] == f"{row['processed']:,}"
    assert row["warnings"] > 0
    assert _line(shown, "Records with warnings")[1] == f"{100 * row['warnings'] / row['processed']:.1f} %"
    assert _line(shown, "Rejected records")[1] == f"{100 * row['rejected'] / row['processed']:.1f} %"
    longest = tables(
        "SELECT id FROM api_sync_logs WHERE sync_type = 'running_time' AND status IN ('success', 'partial')"
        " ORDER BY TIMESTAMPDIFF(MICROSECOND, sync_started_at, sync_completed_at) DESC LIMIT 1"
    )[0]["id"]
    speeds = refresh_widget(client_for("viewer"), "syncs", "speeds", sync_type="running_time", days="30")
    assert f"#{longest}" in texts(speeds)


@pytest.fixture
def gap(tables: Tables) -> Iterator[dict[str, Any]]:
    """Three days of a plant are lost; one machine stood still, the record of another was rejected."""
    first, last = (datetime.now(UTC).date() - timedelta(days=back) for back in (6, 4))
    plant = tables("SELECT plant_id AS id, plant_code FROM equipment e JOIN plants p ON p.id = e.plant_id LIMIT 1")[0]
    lost = "plant_id = %s AND date BETWEEN %s AND %s"
    tables(f"CREATE TABLE kept SELECT * FROM equipment_running_times WHERE {lost}", plant["id"], first, last)
    tables(f"DELETE FROM equipment_running_times WHERE {lost}", plant["id"], first, last)
    yield {"plant": plant, "first": first, "last": last}
    tables("DELETE FROM equipment_running_times WHERE id IN (SELECT id FROM kept)")
    tables("INSERT INTO equipment_running_times SELECT * FROM kept")
    tables("DROP TABLE kept")


@pytest.mark.feature("SYM-T3", "ACT-06", "RT-08")
def test_a_gap_of_days_opens_a_form_for_just_these_and_the_run_gets_them(
    client_for: ClientFor, tables: Tables, gap: dict[str, Any]
) -> None:
    user, code = client_for("user"), gap["plant"]["plant_code"]
    values = {"start_date": str(gap["first"]), "end_date": str(gap["last"]), "plant_codes": [code]}
    grid = refresh_widget(user, "syncs", "gaps", plant="all", days="14")
    assert "□ 3 days □" in texts(grid)
    assert values in prefilled(grid, "running_time")
    pressed = next(one for one in buttons(grid, "running_time") if json.loads(one["key"]) == values)
    dialog = open_dialog(user, pressed)["response"]["action-modal"]["children"]
    assert f"Selected: running time sync of {gap['first']} to {gap['last']}, plant {code}, all machines." in texts(
        dialog
    )
    assert (
        prefilled(refresh_widget(client_for("viewer"), "syncs", "gaps", plant="all", days="14"), "running_time") == []
    )
    assert any(text.startswith(f"{_missing(tables):,} readings are missing.") for text in texts(grid))
    assert _act(user, "running_time", values=values).status_code == 200
    runs = user.get("/api/v2/dags/running_time_sync/dagRuns?order_by=-id&limit=1").json()["dag_runs"]
    assert {name: runs[0]["conf"][name] for name in values} == values
    tables("INSERT INTO equipment_running_times SELECT * FROM kept")  # as the run would
    filled = refresh_widget(user, "syncs", "gaps", plant="all", days="14")
    assert "□ 3 days □" not in texts(filled) and values not in prefilled(filled, "running_time")


def _missing(tables: Tables) -> int:
    """Active machine and day without a reading, counted another way: 14 days, yesterday the last."""
    row = tables(
        "WITH RECURSIVE days AS (SELECT UTC_DATE() - INTERVAL 1 DAY AS day UNION ALL SELECT day - INTERVAL 1 DAY FROM days"
        " WHERE day > UTC_DATE() - INTERVAL 14 DAY) SELECT COUNT(*) AS n FROM days CROSS JOIN equipment e"
        " WHERE e.is_active = 1 AND NOT EXISTS (SELECT 1 FROM equipment_running_times r"
        " WHERE r.equipment_id = e.id AND r.date = days.day)"
    )[0]
    return int(row["n"])


@pytest.mark.feature("SYM-T3")
def test_in_the_grid_of_machines_missing_zero_and_rejected_differ(
    client_for: ClientFor, tables: Tables, gap: dict[str, Any]
) -> None:
    plant, day = gap["plant"], gap["last"]
    refused, lost = tables(
        "SELECT equipment_number AS name FROM equipment WHERE plant_id = %s AND is_active = 1 ORDER BY 1 LIMIT 2",
        plant["id"],
    )
    tables(
        "INSERT INTO sync_record_errors (sync_log_id, stream, unit_key, record_key, equipment_number, reading_date, category,"
        " code, rule, message, payload, payload_hash, first_seen_at, last_seen_at) SELECT MIN(id), 'running_time', %s, 'k',"
        " %s, %s, 'business', 'X', 'X', 'x', '{}', REPEAT('a', 32), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM api_sync_logs",
        *(str(day), refused["name"], day),
    )
    try:
        from cmms.figures.read_gaps import read_gaps

        rows = read_gaps(day, 3, plant["plant_code"]).rows
    finally:
        tables("DELETE FROM sync_record_errors WHERE record_key = 'k'")
    states = {row.name: [cell.state for cell in row.cells] for row in rows}
    assert states[lost["name"]] == ["none", "none", "none"]
    assert states[refused["name"]] == ["none", "none", "rejected"]
    assert len(rows) == 20  # bounded
    from cmms.figures.read_gaps import GapCell

    assert [GapCell(day, n, 1, hours=h).state for n, h in ((1, 0), (1, 7), (0, None))] == ["zero", "full", "none"]


@pytest.mark.feature("WAD-03", "SYM-T5")
def test_errors_by_category_add_up_to_the_tables(client_for: ClientFor, tables: Tables) -> None:
    since = datetime.now(UTC).date() - timedelta(days=29)
    records = tables("SELECT COUNT(*) AS n FROM sync_record_errors WHERE first_seen_at >= %s", since)[0]["n"]
    runs = tables("SELECT COUNT(*) AS n FROM api_sync_logs WHERE status = 'failed' AND sync_started_at >= %s", since)[
        0
    ]["n"]
    for counted, total in (
        ("records", f"{count_of(records, 'record was', 'records were')} rejected"),
        ("runs", f"{count_of(runs, 'run')} failed"),
    ):
        shown = texts(refresh_widget(client_for("user"), "syncs", "categories", counted=counted))
        assert any(text.startswith(f"{total} in the last 30 days: ") for text in shown)


@pytest.mark.feature("SYM-T5", "TEST-09")
def test_a_bulk_retry_says_of_each_run_how_it_went_and_counts_by_error_class(
    client_for: ClientFor, tables: Tables
) -> None:
    failed = tables(
        "SELECT id FROM api_sync_logs WHERE status = 'failed' AND run_id LIKE 'history-%%' ORDER BY id LIMIT 2"
    )
    good = tables("SELECT id FROM api_sync_logs WHERE status = 'success' AND run_id LIKE 'history-%%' LIMIT 1")[0]["id"]
    keys = [failed[0]["id"], good, failed[1]["id"]]
    answer = _act(client_for("user"), "retry", keys=keys).json()
    assert (answer["message"], answer["level"]) == ("2 of 3 runs restarted.", "warning")
    assert [line[:1] for line in answer["details"]] == ["✓", "✕", "✓"]
    assert all(f"Run {key}" in line for key, line in zip(keys, answer["details"], strict=True))
    assert _act(client_for("user"), "retry", keys=[good]).status_code == 422
    started = [line.rpartition(": ")[2] for line in answer["details"] if line.startswith("✓")]
    tables("UPDATE api_sync_logs SET run_id = %s WHERE id = %s", started[0], good)  # the first one has ended well
    runs = tables(
        "SELECT COUNT(*) AS n FROM api_sync_logs WHERE error_class = 'ApiRefused'"
        " AND sync_started_at >= UTC_DATE() - INTERVAL 29 DAY"
    )[0]["n"]
    line = _line(refresh_widget(client_for("user"), "syncs", "retries"), "Request refused")
    tables("UPDATE api_sync_logs SET run_id = 'history-good' WHERE id = %s", good)
    assert line[1:6] == [str(runs), "2", "1", "1", "50 %"]


@pytest.mark.feature("SYM-T5")
def test_what_replays_have_brought_is_counted_by_code(client_for: ClientFor, tables: Tables) -> None:
    code = tables(
        "SELECT code FROM sync_record_errors WHERE open_flag = 1 GROUP BY code ORDER BY COUNT(*) DESC LIMIT 1"
    )
    kept = tables("SELECT id, attempts, status FROM sync_record_errors WHERE code = %s LIMIT 3", code[0]["code"])
    for row, (attempts, status) in zip(kept, ((2, "resolved"), (3, "open"), (4, "open")), strict=True):
        tables("UPDATE sync_record_errors SET attempts = %s, status = %s WHERE id = %s", attempts, status, row["id"])
    line = _line(refresh_widget(client_for("user"), "syncs", "retries"), code_label(code[0]["code"]))
    for row in kept:
        before = (row["attempts"], row["status"], row["id"])
        tables("UPDATE sync_record_errors SET attempts = %s, status = %s WHERE id = %s", *before)
    assert line[1:5] == ["3", "1", "4", "33.3 %"]


@pytest.mark.feature("RT-12")
def test_unknown_machines_are_listed_each_with_its_readings_and_when_it_was_seen(
    client_for: ClientFor, tables: Tables
) -> None:
    for day, attempts, seen in ((1, 2, "2026-01-02"), (2, 1, "2026-01-03")):
        tables(
            "INSERT INTO sync_record_errors (sync_log_id, stream, unit_key, record_key, equipment_number, reading_date, category,"
            " code, rule, message, payload, payload_hash, attempts, first_seen_at, last_seen_at) SELECT MIN(id), 'running_time',"
            " %s, 'ghost', 'GHOST 7', %s, 'orphan', 'EQUIPMENT_UNKNOWN', 'RT-04', 'x', '{}', REPEAT('g', 32), %s, %s,"
            " '2026-01-05' FROM api_sync_logs",
            *(f"2026-01-0{day}", f"2026-01-0{day}", attempts, seen),
        )
    try:
        viewer = client_for("viewer")
        line = _line(refresh_widget(viewer, "record-errors", "orphans"), "GHOST 7")[:6]
        assert line == ["GHOST 7", "2", "3", "2026-01-01 to 2026-01-02", "2026-01-02 00:00 UTC", "2026-01-05 00:00 UTC"]
        rows = viewer.get(f"{API}/record-errors?tab=orphans&q=GHOST").json()["rows"]
        assert {row["reading_date"] for row in rows} == {"2026-01-01", "2026-01-02"}
    finally:
        tables("DELETE FROM sync_record_errors WHERE record_key = 'ghost'")


@pytest.mark.feature("WAD-11", "SCH-02")
def test_who_takes_care_of_rejected_records_is_seen_by_code(client_for: ClientFor, tables: Tables) -> None:
    op = client_for("op")
    row = tables("SELECT id, code FROM sync_record_errors WHERE status = 'open' ORDER BY id LIMIT 1")[0]
    body = {"keys": [row["id"]], "values": {"note": "asked the plant"}}
    taken = op.post(f"{API}/record-errors/actions/acknowledge", json=body).json()
    assert taken["message"] == "1 record acknowledged."
    counts = {
        status: tables(
            "SELECT COUNT(*) AS n FROM sync_record_errors WHERE code = %s AND status = %s", row["code"], status
        )[0]["n"]
        for status in ("open", "acknowledged")
    }
    line = _line(refresh_widget(op, "record-errors", "error_summary"), code_label(row["code"]))
    assert line[1] == (f"! {counts['open']}" if counts["open"] else "0")
    assert line[2] == f"◔ {counts['acknowledged']}"
    assert any(
        text.startswith("op: Acknowledged") for text in line[5:8]
    )  # a time stands there too once one was settled
    acts = texts(refresh_widget(op, "record-errors", "acts", str(row["id"])))
    assert "Acknowledged" in acts and "op" in acts


@pytest.mark.feature("ACT-09", "ACT-10")
def test_the_steps_of_a_run_name_the_one_that_took_most_of_the_work(client_for: ClientFor, tables: Tables) -> None:
    key = tables("SELECT sync_log_id AS id FROM sync_units WHERE merged_at IS NOT NULL ORDER BY id DESC LIMIT 1")[0][
        "id"
    ]
    sums = tables(
        "SELECT SUM(fetched) AS fetched, SUM(api_ms) AS a, SUM(validate_ms) AS v, SUM(stage_ms) AS s, SUM(merge_ms) AS m"
        " FROM sync_units WHERE sync_log_id = %s",
        key,
    )[0]
    times = {"Source": sums["a"], "Validation": sums["v"], "Database: stage": sums["s"], "Database: merge": sums["m"]}
    shown = texts(refresh_widget(client_for("viewer"), "syncs", "steps", str(key)))
    most = max(times, key=lambda name: times[name])
    percent = f"{100 * times[most] / sum(times.values()):.0f} %"
    assert any(text.startswith(f"Most of the work: {most}, {percent} of ") for text in shown)
    assert f"{count_of(sums['fetched'], 'record')} fetched" in shown and set(times) <= set(shown)


@pytest.mark.feature("SCH-03")
def test_what_went_wrong_is_a_tree_down_to_the_record(client_for: ClientFor, tables: Tables) -> None:
    key = tables("SELECT sync_log_id AS id FROM sync_record_errors GROUP BY 1 ORDER BY COUNT(*) DESC LIMIT 1")[0]["id"]
    shown = refresh_widget(client_for("viewer"), "syncs", "errors", str(key))
    codes = tables("SELECT code, COUNT(*) AS n FROM sync_record_errors WHERE sync_log_id = %s GROUP BY code", key)
    for row in codes:
        assert f"{code_label(row['code'])}: {count_of(row['n'], 'record')}" in texts(shown)
    first = tables("SELECT MIN(id) AS id FROM sync_record_errors WHERE sync_log_id = %s", key)[0]["id"]
    assert f"/cmms/record-errors/{first}" in hrefs(shown)


@pytest.mark.feature("NOTF-04")
def test_a_failed_run_shows_its_stack_and_leads_to_the_log_of_the_task_that_failed(
    client_for: ClientFor, tables: Tables
) -> None:
    admin = client_for("admin")
    runs = "/api/v2/dags/equipment_sync/dagRuns"
    run_id = admin.post(runs, json={"logical_date": None, "conf": {}}).json()["dag_run_id"]
    failed = admin.patch(f"{runs}/{run_id}/taskInstances/plan_requests", json={"new_state": "failed"})
    assert failed.status_code == 200, failed.text
    key = tables("SELECT MAX(id) AS id FROM api_sync_logs WHERE run_id LIKE 'history-%%'")[0]["id"]
    before = tables("SELECT run_id, stack_trace FROM api_sync_logs WHERE id = %s", key)[0]
    change = "UPDATE api_sync_logs SET status = %s, run_id = %s, stack_trace = %s WHERE id = %s"
    tables(change, "failed", run_id, "Traceback: line 7", key)
    shown = refresh_widget(client_for("viewer"), "syncs", "errors", str(key))
    tables(change, "failed", before["run_id"], before["stack_trace"], key)
    assert "Traceback: line 7" in texts(shown)
    from urllib.parse import quote

    address = f"/dags/equipment_sync/runs/{quote(run_id, safe='')}"
    links = hrefs(shown)
    assert address in links and any(link.startswith(f"{address}/tasks/plan_requests?try_number=") for link in links)


@pytest.mark.feature("WAD-09")
def test_rows_of_recent_runs_offer_what_fits_them(client_for: ClientFor, tables: Tables) -> None:
    newest = tables("SELECT id, status, sync_type FROM api_sync_logs ORDER BY id DESC LIMIT 8")
    wanted = {str(row["id"]) for row in newest if row["status"] in ("failed", "partial", "cancelled")}
    shown = refresh_widget(client_for("user"), "syncs", "recent")
    assert {button["key"] for button in buttons(shown, "retry")} == wanted and wanted
    assert buttons(refresh_widget(client_for("viewer"), "syncs", "recent"), "retry") == []
    assert {f"/cmms/syncs/{row['id']}" for row in newest} <= set(hrefs(shown))


@pytest.fixture
def running(client_for: ClientFor, tables: Tables) -> Iterator[int]:
    """A run at work that holds a lease; both DAGs may start. What else is open, is open again afterwards."""
    admin = client_for("admin")
    dags = {
        dag: admin.get(f"/api/v2/dags/{dag}").json()["is_paused"] for dag in ("equipment_sync", "running_time_sync")
    }
    for dag in dags:
        admin.patch(f"/api/v2/dags/{dag}", json={"is_paused": False})
    others = [row["id"] for row in tables("SELECT id FROM api_sync_logs WHERE status = 'running'")]
    tables(
        "INSERT INTO api_sync_logs (sync_type, status, run_id, scope, heartbeat_at, sync_started_at) VALUES ('running_time',"
        " 'running', 'history-open', '{\"stream\": \"running_time\"}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))"
    )
    key = tables("SELECT MAX(id) AS id FROM api_sync_logs")[0]["id"]
    tables(
        "INSERT INTO sync_leases (stream, unit_key, fence, sync_log_id, lease_until)"
        " VALUES ('running_time', '1999-01-01', 1, %s, UTC_TIMESTAMP(3) + INTERVAL 1 HOUR)",
        key,
    )
    yield key
    for dag, is_paused in dags.items():
        admin.patch(f"/api/v2/dags/{dag}", json={"is_paused": is_paused})
    for other in others:
        tables(
            "UPDATE api_sync_logs SET status = 'running', level = NULL, error_class = NULL, error_category = NULL,"
            " error_message = NULL, sync_completed_at = NULL WHERE id = %s",
            other,
        )
    tables("DELETE FROM sync_leases WHERE unit_key = '1999-01-01'")
    tables("DELETE FROM sync_log_events WHERE sync_log_id = %s", key)
    tables("DELETE FROM api_sync_logs WHERE id = %s", key)


@pytest.mark.feature("ACT-08")
def test_the_emergency_stop_cancels_every_run_pauses_both_dags_and_is_undone(
    client_for: ClientFor, tables: Tables, running: int
) -> None:
    from cmms.errors import Fenced
    from cmms.sync.runs.report_progress import Reporter

    user = client_for("user")
    open_runs = [row["id"] for row in tables("SELECT id FROM api_sync_logs WHERE status = 'running' ORDER BY id")]
    assert _act(client_for("viewer"), "stop_all").status_code == 403
    said = user.post(f"{API}/syncs/actions/stop_all/preview", json={}).json()["text"]
    assert said.startswith(f"{len(open_runs)} open runs: ") and f"#{running}" in said
    answer = _act(user, "stop_all").json()
    assert answer["level"] == "success" and f"{len(open_runs)} runs cancelled" in answer["message"], answer
    for key in open_runs:
        row = tables("SELECT status, error_class, error_message FROM api_sync_logs WHERE id = %s", key)[0]
        stopped = {"status": "cancelled", "error_class": "RunCancelled", "error_message": "user has stopped all syncs"}
        assert row == stopped
    assert tables("SELECT 1 FROM sync_leases WHERE sync_log_id IS NOT NULL") == []
    with pytest.raises(Fenced), Reporter(running, lease_seconds=60) as reporter:
        reporter.check()  # what still works on it stops at its next chunk
    assert _paused(user) == [True, True]
    entries = tables("SELECT actor, action, after_json FROM audit_log WHERE entity = 'syncs' ORDER BY id")
    assert [(entry["actor"], entry["action"]) for entry in entries] == [("user", "stop_all")]
    assert json.loads(entries[0]["after_json"]) == {
        "runs": open_runs,
        "paused": ["equipment_sync", "running_time_sync"],
    }

    shown = refresh_widget(user, "syncs", "live")
    assert any(text.startswith("Ⅱ user stopped all syncs") for text in texts(shown))
    assert len(buttons(shown, "resume_all")) == 1
    assert buttons(refresh_widget(client_for("viewer"), "syncs", "live"), "resume_all") == []
    assert _act(user, "stop_all").status_code == 200  # again: what it has to undo is not forgotten
    assert _act(user, "resume_all").status_code == 200
    assert _paused(user) == [False, False]
    assert _act(user, "resume_all").status_code == 422
    assert not any("stopped all syncs" in text for text in texts(refresh_widget(user, "syncs", "live")))


@pytest.mark.feature("ACT-08")
def test_a_stop_and_its_way_back_that_airflow_does_by_half_are_kept_and_can_be_tried_again(
    client_for: ClientFor, tables: Tables, running: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.run_control import airflow_runs

    op = client_for("op")
    assert _act(op, "resume_all").status_code == 422
    (send,) = airflow_runs._senders

    def refuse(token: str, method: str, path: str, body: Any) -> Any:
        if method == "PATCH" and "running_time" in path:
            return 403, {"detail": "not yours"}
        return send(token, method, path, body)

    def acts() -> list[tuple[str, Any]]:
        rows = tables("SELECT action, after_json FROM audit_log WHERE entity = 'syncs' ORDER BY id DESC LIMIT 1")
        return [(row["action"], json.loads(row["after_json"])) for row in rows]

    with monkeypatch.context() as refused:
        refused.setattr(airflow_runs, "_senders", [refuse])
        answer = _act(op, "stop_all").json()
    assert answer["level"] == "warning" and "running_time_sync is not paused" in str(answer), answer
    assert tables("SELECT status FROM api_sync_logs WHERE id = %s", running) == [{"status": "cancelled"}]
    assert acts()[0][0] == "stop_all" and acts()[0][1]["paused"] == ["equipment_sync"]
    assert _act(op, "stop_all").json()["level"] == "success"
    assert _paused(op) == [True, True]

    with monkeypatch.context() as refused:
        refused.setattr(airflow_runs, "_senders", [refuse])
        answer = _act(op, "resume_all")
    assert answer.status_code == 409 and "Only equipment_sync runs again" in answer.text
    assert acts() == [("resume_all", {"unpaused": ["equipment_sync"]})]
    assert _act(op, "resume_all").status_code == 200
    assert _paused(op) == [False, False]


def _paused(client: Any) -> list[bool]:
    return [client.get(f"/api/v2/dags/{dag}").json()["is_paused"] for dag in ("equipment_sync", "running_time_sync")]


def test_days_of_a_grid_are_put_together_only_where_nothing_came() -> None:
    from cmms.figures.read_gaps import GapCell, GapRow

    days = [date(2026, 1, day) for day in range(1, 7)]
    present = (0, 0, 5, 10, 0, 9)
    row = GapRow("P1", tuple(GapCell(day, count, 10) for day, count in zip(days, present, strict=True)))
    assert [len(cells) for cells in row.spans()] == [2, 1, 1, 1, 1]
    assert [cell.state for cell in row.cells] == ["none", "none", "part", "full", "none", "part"]
