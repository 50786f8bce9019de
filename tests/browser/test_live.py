"""What happens is seen in pages that are open already: by push, by the clock where no push arrives, in every browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from cmms.alerts.notify_run import notify_run
from cmms.sync.records import Counts
from tests.alerts.runs import connect_slack, connect_smtp, make_run, make_settings
from tests.browser.conftest import WAIT_MILLISECONDS, LogIn
from tests.plugins import view_site
from tests.sinks import SlackSink, SmtpSink
from tests.sync.conftest import connection_uri

pytestmark = pytest.mark.browser

Sql = Callable[..., list[dict[str, Any]]]
EVENTS = "**/api/v1/events"
CALLBACKS = "**/_dash-update-component*"
TABLES = (
    "sync_log_events",
    "sync_record_errors",
    "sync_units",
    "notification_deliveries",
    "alert_events",
    "api_sync_logs",
)


@pytest.fixture
def sql(seeded: dict[str, Any], address: str) -> Iterator[Sql]:
    """Statements as a sync's; whatever they have added is gone afterwards."""
    newest = {
        table: view_site.query(seeded, f"SELECT COALESCE(MAX(id), 0) AS id FROM {table}")[0]["id"] for table in TABLES
    }
    yield lambda statement, *values: view_site.query(seeded, statement, *values)
    for table in TABLES:
        view_site.query(seeded, f"DELETE FROM {table} WHERE id > %s", newest[table])


def _raise_alert(sql: Sql, name: str, level: str = "critical") -> None:
    sql(
        "INSERT INTO alert_events (fingerprint, rule_key, level, title, sync_log_id, first_at, last_at)"
        " SELECT %s, 'run_failed', %s, %s, MAX(id), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM api_sync_logs"
        " WHERE status = 'failed'",
        name,
        level,
        name,
    )


def _open_run(sql: Sql, run_id: str, dag_id: str = "equipment_sync") -> int:
    sql(
        "INSERT INTO api_sync_logs (sync_type, status, dag_id, run_id, trigger_kind, scope, heartbeat_at, sync_started_at)"
        " VALUES ('equipment', 'running', %s, %s, 'manual', '{\"stream\": \"equipment\"}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
        dag_id,
        run_id,
    )
    key = int(sql("SELECT MAX(id) AS id FROM api_sync_logs")[0]["id"])
    sql("INSERT INTO sync_units (sync_log_id, stream, unit_key) VALUES (%s, 'equipment', 'equipment')", key)
    return key


def _close_run(sql: Sql, key: int) -> None:
    sql(
        "UPDATE sync_units SET step = 'merge', fetched = 300, inserted = 4, updated = 6, unchanged = 290, superseded = 0,"
        " rejected = 0, api_ms = 1500, validate_ms = 700, stage_ms = 90, merge_ms = 30, merged_at = UTC_TIMESTAMP(3)"
        " WHERE sync_log_id = %s",
        key,
    )
    sql(
        "UPDATE api_sync_logs SET status = 'success', level = 'info', records_processed = 300, records_inserted = 4,"
        " records_updated = 6, records_unchanged = 290, records_success = 300, sync_completed_at = UTC_TIMESTAMP(3)"
        " WHERE id = %s",
        key,
    )


def _is_pushed(page: Page) -> None:
    """The page has heard from the server: from now on its clock asks once a minute at most."""
    page.wait_for_function("() => window.dash_clientside.cmms.hears()", polling=200)  # windows behind draw no frames


def _widget_requests(page: Page) -> list[str]:
    """The names of the widgets that ask, as they ask."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if name := _asks_for(request):
            asked.append(name)

    page.on("request", note)
    return asked


def _asks_for(request: Request) -> str | None:
    """The name of the widget that asks, if it is one."""
    found = re.search(r'"outputs":\{"id":\{[^}]*"name":"(\w+)"[^}]*"type":"widget"', request.post_data or "")
    return found[1] if found else None


@pytest.mark.feature("NOT-03", "NOTF-02", "NOT-02", "TEST-37", "WID-04", "Q-11")
def test_an_event_reaches_every_browser_at_once_and_the_bell_those_who_take_care(log_in: LogIn, sql: Sql) -> None:
    admin, op, viewer = log_in("admin"), log_in("op"), log_in("viewer")
    admin.goto("/cmms/plants")
    op.goto("/cmms/groups")
    viewer.goto("/cmms/notifications")
    for page in (admin, op, viewer):
        _is_pushed(page)
    unread = int(admin.locator(".cmms-bell-count").inner_text())
    seconds = []
    for number in range(1, 4):
        _raise_alert(sql, f"Broken {number}")
        started = time.monotonic()
        expect(op.locator("#banner")).to_contain_text(f"Broken {number}")
        seconds.append(time.monotonic() - started)
        for page in (admin, op):
            expect(page.locator(".cmms-bell-count")).to_have_text(str(unread + number))
    # By push: the clock would ask once a minute. How soon a listener hears, is measured in tests/plugins/test_push.py.
    assert min(seconds) < 10, seconds
    expect(viewer.locator("#banner")).to_contain_text("Broken 3")
    assert viewer.locator(".cmms-bell-link").count() == 0
    assert viewer.locator("#banner").get_by_role("button").count() == 0

    op.locator("#banner").get_by_role("button", name="Acknowledge").click()
    dialog = op.get_by_role("dialog")
    dialog.get_by_label("Note").fill("on it")
    dialog.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(op.get_by_role("alert").filter(has_text="1 notification acknowledged.")).to_be_visible()
    expect(admin.locator("#banner")).not_to_contain_text("Broken 3")
    assert sql("SELECT note FROM alert_events WHERE title = 'Broken 3'") == [{"note": "on it"}]
    expect(op.locator("#banner").get_by_role("button", name="Retry")).to_be_visible()


@pytest.mark.feature("WID-01", "CMP-01", "CUS-02", "TEST-37", "WIP-05")
def test_progress_is_the_same_on_every_page_and_moves_by_push(log_in: LogIn, sql: Sql) -> None:
    dashboard, syncs = log_in("op"), log_in("op")
    dashboard.goto("/cmms/")
    syncs.goto("/cmms/syncs")
    for page in (dashboard, syncs):
        expect(page.locator(".cmms-live-run")).not_to_have_count(0)
        _is_pushed(page)
    key = _open_run(sql, "manual__progress")
    for page in (dashboard, syncs):
        expect(page.get_by_label(f"Progress of sync {key}")).to_have_count(1)
    for step, done, sign in (("fetch", 150, "▶ Fetch"), ("validate", 60, "▶ Validate"), ("stage", 240, "▶ Write")):
        sql("UPDATE sync_units SET step = %s, done = %s, total = 300, rate = 60, updated_at = UTC_TIMESTAMP(3)"
            " WHERE sync_log_id = %s", step, done, key)  # fmt: skip
        for page in (dashboard, syncs):
            run = page.locator(".cmms-live-run").filter(has_text=f"#{key}")
            expect(run).to_contain_text(f"{step}: {done} of 300 records")
            expect(run.locator(".cmms-step-now")).to_contain_text(sign)
    _close_run(sql, key)
    for page in (dashboard, syncs):
        expect(page.get_by_label(f"Progress of sync {key}")).to_have_count(0)
        expect(page.get_by_role("row").filter(has_text=f"#{key}")).to_contain_text("Success")


@pytest.mark.feature("CUS-03")
def test_a_service_that_is_done_leaves_the_list_of_dues_its_badge_and_every_figure_without_a_reload(
    log_in: LogIn, sql: Sql, seeded: dict[str, Any]
) -> None:
    page, other = log_in("op"), log_in("op")
    page.goto("/cmms/equipment?tab=needs_maintenance")
    other.goto("/cmms/")
    badge = page.locator("[role=tab][id$=-tab-needs_maintenance] .mantine-Badge-root")
    expect(badge).to_have_text(re.compile(r"^\d+$"))
    due = int(badge.inner_text())
    overdue = page.locator(".cmms-figure", has_text="Overdue").locator(".cmms-figure-value")
    reached = page.locator(".cmms-figure", has_text="Due: interval").locator(".cmms-figure-value")
    figure = other.locator(".cmms-figure", has_text="Need maintenance").locator(".cmms-figure-value")
    count = page.locator(".cmms-count").filter(has_text=re.compile("rows?$"))
    expect(figure).to_have_text(str(due))
    expect(overdue).to_have_text(re.compile(r"^\d+$"))
    assert int(overdue.inner_text()) + int(reached.inner_text()) == due
    expect(count.first).to_have_text(f"{due} rows")
    for window in (page, other):
        _is_pushed(window)
        window.evaluate("window.openedOnce = true")
    first = page.locator(".ag-row[row-index='0']")
    number = first.locator("[col-id=equipment_number]").inner_text()
    kept = sql("SELECT id, serviced_at_hours AS s FROM equipment WHERE equipment_number = %s", number)[0]
    schedules = sql("SELECT * FROM equipment_maintenance WHERE equipment_id = %s", kept["id"])
    part = overdue if "overdue" in {row["state"] for row in schedules} else reached
    before = int(part.inner_text())
    first.locator(".ag-checkbox-input").check()
    page.locator(".cmms-selection").get_by_role("button", name="Mark as serviced").click()
    page.get_by_role("dialog").get_by_role("button", name="Mark as serviced").click()
    expect(page.get_by_text("1 machine marked as serviced.")).to_be_visible()
    for told in (badge, figure):
        expect(told).to_have_text(str(due - 1))
    expect(part).to_have_text(str(before - 1))
    expect(count.first).to_have_text(f"{due - 1} rows")
    expect(page.get_by_role("link", name=number, exact=True)).to_have_count(0)
    assert all(window.evaluate("window.openedOnce") for window in (page, other))
    sql("UPDATE equipment SET serviced_at_hours = %s WHERE id = %s", kept["s"], kept["id"])
    for row in schedules:
        asked = "UPDATE equipment_maintenance SET baseline_hours = %s, baseline_date = %s WHERE id = %s"
        sql(asked, row["baseline_hours"], row["baseline_date"], row["id"])
    view_site.evaluate(seeded)


@pytest.mark.feature("RES-02", "CUS-02", "TEST-37")
def test_an_open_list_shows_what_a_sync_has_merged_and_somebody_else_has_changed(log_in: LogIn, sql: Sql) -> None:
    page = log_in("viewer")
    number = sql("SELECT equipment_number FROM equipment WHERE id = 41")[0]["equipment_number"]
    before = sql("SELECT equipment_description, notes FROM equipment WHERE id = 41")[0]
    page.goto(f"/cmms/equipment?q={number}")
    expect(page.locator(".ag-row [col-id=equipment_number]")).to_have_text(number)
    _is_pushed(page)
    key = _open_run(sql, "manual__list")
    sql("UPDATE equipment SET equipment_description = 'merged just now' WHERE id = 41")
    _close_run(sql, key)
    expect(page.locator(".ag-row [col-id=equipment_description]")).to_have_text("merged just now", timeout=30_000)
    sql("UPDATE equipment SET notes = 'edited elsewhere' WHERE id = 41")
    sql("INSERT INTO audit_log (actor, action, entity, entity_id) VALUES ('op', 'edit', 'equipment', '41')")
    expect(page.locator(".ag-row [col-id=notes]")).to_have_text("edited elsewhere")
    sql("UPDATE equipment SET equipment_description = %s, notes = %s WHERE id = 41", *before.values())


@pytest.mark.feature("WID-01", "WIP-05", "Q-11")
def test_where_push_is_blocked_the_clock_asks(log_in: LogIn, sql: Sql) -> None:
    page = log_in("op", errors_expected=True)
    page.route(EVENTS, lambda route: route.abort())
    page.goto("/cmms/")
    expect(page.locator(".cmms-live-run")).not_to_have_count(0)
    key = _open_run(sql, "manual__blocked")
    expect(page.get_by_label(f"Progress of sync {key}")).to_have_count(1, timeout=30_000)
    _raise_alert(sql, "Broken without push")
    expect(page.locator("#banner")).to_contain_text("Broken without push", timeout=30_000)
    assert not page.evaluate("window.dash_clientside.cmms.hears()")


@pytest.mark.feature("WIP-05", "ADV-05")
def test_what_is_read_by_hand_waits_for_its_button_and_what_is_polled_asks_until_somebody_stops_it(
    log_in: LogIn, sql: Sql
) -> None:
    page = log_in("op")
    page.goto("/cmms/equipment/7")
    expect(page.get_by_role("heading", name="Changes")).to_be_visible()
    expect(page.locator("#page .mantine-Skeleton-root")).to_have_count(0)
    _is_pushed(page)
    asked = _widget_requests(page)
    sql("INSERT INTO audit_log (actor, action, entity, entity_id) VALUES ('op', 'edit', 'equipment', '7')")
    page.wait_for_timeout(4_000)
    assert "history" not in asked
    page.get_by_role("button", name="Refresh Changes. Updates only when you press this button.").click()
    _wait_until(page, lambda: "history" in asked)
    _await_answers(page)
    told_of_every_edit = {"machine_work", "meter"}
    assert [name for name in asked if name not in told_of_every_edit] == ["history"]

    page.goto("/cmms/validations")  # every three seconds
    expect(page.get_by_role("heading", level=1, name="Validations")).to_be_visible()
    rows: list[str] = []
    page.on(
        "request", lambda request: rows.append(request.url) if "getRowsResponse" in (request.post_data or "") else None
    )
    _wait_until(page, lambda: len(rows) > 1)
    page.get_by_role("textbox", name="Refresh interval of this page").click()
    page.get_by_role("option", name="Manual").click()
    _await_answers(page)
    rows.clear()
    page.wait_for_timeout(6_000)
    assert rows == []


@pytest.mark.feature("ADV-05")
def test_nobody_asks_while_the_window_is_hidden_and_everything_is_there_when_it_is_back(
    log_in: LogIn, sql: Sql
) -> None:
    page = log_in("op")
    page.goto("/cmms/")
    expect(page.locator(".cmms-live-run")).not_to_have_count(0)
    _is_pushed(page)
    show = (
        "hidden => { Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    page.evaluate(show, True)
    _await_answers(page)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    key = _open_run(sql, "manual__hidden")
    page.wait_for_timeout(5_000)
    assert requests == []
    page.evaluate(show, False)
    expect(page.get_by_label(f"Progress of sync {key}")).to_have_count(1)


@pytest.mark.feature("SYM-03", "WAD-13", "ACT-09", "CMP-01", "NOT-01")
def test_a_run_is_followed_in_its_dialog_from_the_queue_to_its_result(log_in: LogIn, sql: Sql) -> None:
    view_site.store_dags()
    page = log_in("user")
    page.goto("/cmms/syncs")
    triggers = "SELECT entity_id FROM audit_log WHERE action = 'trigger' ORDER BY id"
    before = len(sql(triggers))
    page.get_by_role("button", name="Sync equipment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Start", exact=True).dblclick()
    expect(page.get_by_role("alert").filter(has_text="sync started")).to_be_visible()
    expect(dialog).to_contain_text("Queued in Airflow. No task has started yet.")
    expect(dialog).to_contain_text("The DAG equipment_sync is paused")  # as it comes; and what to do
    expect(dialog.get_by_role("link", name="equipment_sync in Airflow")).to_have_attribute(
        "href", "/dags/equipment_sync"
    )
    started = [row["entity_id"] for row in sql(triggers)[before:]]
    assert len(started) == 1  # pressed twice

    key = _open_run(sql, started[0])
    sql("UPDATE sync_units SET step = 'fetch', done = 150, total = 300, rate = 50 WHERE sync_log_id = %s", key)
    expect(dialog.get_by_label(f"Progress of sync {key}")).to_be_visible()
    expect(dialog).to_contain_text("fetch: 150 of 300 records (50 %)")
    expect(dialog).to_contain_text("50 records/s")
    expect(dialog).to_contain_text("left: 3 s")
    expect(dialog).to_contain_text("It continues in the background when you close this dialog.")
    _close_run(sql, key)
    expect(dialog).to_contain_text("Finished: everything is stored.")
    expect(dialog).not_to_contain_text("It continues")
    expect(dialog.locator(".cmms-step-done")).to_have_count(4)
    expect(dialog).to_contain_text("300 records")
    expect(dialog.locator(".cmms-step").nth(0)).to_contain_text("2 s")  # 1,500 ms
    for text in ("4 new", "6 changed", "290 unchanged", "0 rejected"):
        expect(dialog).to_contain_text(text)
    expect(dialog.get_by_role("link", name="Run and task logs in Airflow")).to_have_attribute(
        "href", re.compile(r"^/dags/equipment_sync/runs/manual__")
    )
    dialog.get_by_role("link", name=f"Run {key}").click()
    expect(page.get_by_role("heading", level=1, name=f"Sync run {key}")).to_be_visible()


@pytest.mark.feature("SYM-03")
def test_the_dialog_can_be_closed_and_the_run_goes_on(log_in: LogIn, sql: Sql) -> None:
    view_site.store_dags()
    page = log_in("user")
    page.goto("/cmms/syncs")
    page.get_by_role("button", name="Sync running times").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(dialog).to_contain_text("It continues in the background when you close this dialog.")
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(dialog).to_have_count(0)
    started = sql("SELECT entity_id FROM audit_log WHERE action = 'trigger' ORDER BY id DESC LIMIT 1")[0]["entity_id"]
    key = _open_run(sql, started, "running_time_sync")
    expect(page.get_by_label(f"Progress of sync {key}")).to_have_count(1)


@pytest.mark.feature("ACT-11")
def test_errors_come_by_themselves_with_category_and_run_and_stand_still_for_a_reader(log_in: LogIn, sql: Sql) -> None:
    page = log_in("viewer")
    stream, happen = _open_stream(page, sql)

    happen("FIRST_ERROR")
    first = stream.get_by_role("listitem").filter(has_text="First error")
    expect(first).to_contain_text("Source")
    run = sql("SELECT MAX(id) AS id FROM api_sync_logs")[0]["id"]
    expect(first.get_by_role("link", name=f"#{run}")).to_have_attribute("href", f"/cmms/syncs/{run}")
    assert stream.get_by_role("listitem").count() <= 100

    page.get_by_role("button", name="Ⅱ Pause").click()
    _await_answers(page)
    happen("WHILE_PAUSED")
    page.wait_for_timeout(4_000)
    expect(stream).not_to_contain_text("While paused")
    page.get_by_role("button", name="▶ Resume").click()
    expect(stream).to_contain_text("While paused")

    _await_answers(page)
    stream.evaluate("box => { box.scrollTop = 60; }")
    page.wait_for_function("() => window.dash_clientside.cmms.isStreamHeld()", polling=50)
    _await_answers(page)
    happen("WHILE_READING")
    page.wait_for_timeout(4_000)
    expect(stream).not_to_contain_text("While reading")
    stream.evaluate("box => { box.scrollTop = 0; }")
    expect(stream).to_contain_text("While reading")

    happen("IN_DATABASE", "database")
    page.get_by_role("textbox", name="Live errors: Category").click()
    page.get_by_role("option", name="Database", exact=True).click()
    expect(stream).to_contain_text("In database")
    expect(stream).not_to_contain_text("While reading")


@pytest.mark.feature("ACT-11")
def test_an_answer_under_way_moves_no_line_from_under_a_reader_and_ends_no_pause(log_in: LogIn, sql: Sql) -> None:
    page = log_in("viewer")
    stream, happen = _open_stream(page, sql)
    held: list[Route] = []
    page.route(
        CALLBACKS, lambda route: held.append(route) if _asks_for(route.request) == "stream" else route.continue_()
    )
    happen("UNDER_WAY")
    page.wait_for_function("() => document.querySelector('.cmms-stream').closest('[data-dash-is-loading=true]')")
    stream.evaluate("box => { box.scrollTop = 60; }")
    page.wait_for_function("() => window.dash_clientside.cmms.isStreamHeld()", polling=50)
    read = stream.evaluate(_TOP_LINE)
    page.get_by_role("button", name="Ⅱ Pause").click()
    for route in held:
        route.continue_()
    page.unroute(CALLBACKS)
    expect(stream).to_contain_text("Under way")
    expect(page.get_by_role("button", name="▶ Resume")).to_have_attribute("aria-pressed", "true")
    assert stream.evaluate(_TOP_LINE) == read


_TOP_LINE = """box => {
    const top = box.getBoundingClientRect().top;
    const line = [...box.querySelectorAll("li")].find(one => one.getBoundingClientRect().bottom > top);
    return [line.dataset.line, Math.round(line.getBoundingClientRect().top - top)];
}"""


def _open_stream(page: Page, sql: Sql) -> tuple[Locator, Callable[..., None]]:
    """The stream of page *Syncs*, and ``happen(code, category="api")``, an event of a run that is open."""
    page.goto("/cmms/syncs")
    stream = page.get_by_role("log", name="Live errors")
    expect(stream.get_by_role("listitem").first).to_be_visible()
    _is_pushed(page)
    key = _open_run(sql, "manual__stream")

    def happen(code: str, category: str = "api") -> None:
        sql("INSERT INTO sync_log_events (sync_log_id, level, category, code, message) VALUES (%s, 'error', %s, %s, 'x')",
            key, category, code)  # fmt: skip

    return stream, happen


def _wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    """What the page sends is heard while it waits."""
    deadline = time.monotonic() + WAIT_MILLISECONDS / 1_000
    while not is_so():
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


def _await_answers(page: Page) -> None:
    """What the page has asked before is answered: such an answer may bring what happens meanwhile."""
    page.wait_for_timeout(1_000)  # what is decided is sent by now
    expect(page.locator("#page [data-dash-is-loading=true]")).to_have_count(0)


@pytest.mark.feature("TEST-36", "NOT-04", "NOTF-01", "NOTF-03")
def test_one_event_of_each_kind_reaches_just_its_receivers(
    log_in: LogIn, sql: Sql, seeded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = log_in("admin")
    page.goto("/cmms/notifications")
    _is_pushed(page)
    unread = int(page.locator(".cmms-bell-count").inner_text())
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(seeded))
    newest = sql("SELECT MAX(id) AS id FROM api_sync_logs")[0]["id"]
    now = datetime.now(UTC)  # the banner shows the newest
    events = [
        make_run("success", counts=Counts(fetched=7, unchanged=7), sync_log_id=newest, sync_type="replay"),
        make_run("partial", level="medium", counts=Counts(100, 90, rejected=10), sync_type="replay"),
        make_run("partial", level="high", counts=Counts(100, 80, rejected=20), sync_type="replay"),
        make_run("failed", error_class="BadPayload", sync_type="replay", started_at=now, completed_at=now),
    ]
    with SlackSink() as slack, SmtpSink() as smtp:
        connect_slack(monkeypatch, slack.url)
        connect_smtp(monkeypatch, smtp.port)
        reached = []
        for number, run in enumerate(events):
            notify_run(run, make_settings())
            expect(page.locator(".cmms-bell-count")).to_have_text(str(unread + number))
            reached.append((len(slack.bodies), len(smtp.messages)))
    assert reached == [(0, 0), (0, 0), (0, 1), (1, 2)]
    expect(page.locator("#banner")).to_contain_text("Replay failed: BadPayload")
    page.get_by_role("tab", name="Successful runs").click()
    note = page.locator(".ag-row [col-id=title]").filter(has_text="Replay: 7 records, 0 new, 0 changed")
    expect(note).to_have_count(1)
    page.locator(".ag-row").filter(has_text="Replay: 7 records").locator("[col-id=id] a").click()
    expect(page.get_by_text("7 fetched: 0 new, 0 changed, 7 unchanged")).to_be_visible()
    expect(page.get_by_role("link", name=f"Run {newest}")).to_be_visible()
