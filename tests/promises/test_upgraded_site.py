"""A filled site of the released version goes on after the upgrade: rows, views, links, settings, stored pages, open runs.

The last tests write; what is compared with the frozen site comes before them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from cmms.access.actors import Actor, Capability
from cmms.cli import main
from cmms.database import session
from cmms.settings import Settings, load_settings
from cmms.sync.records import Manifest, Scope
from tests.plugins.conftest import ClientFor
from tests.promises.conftest import UpgradedSite
from tests.promises.interface import API, run_command
from tests.promises.test_interface import find_broken

pytestmark = pytest.mark.feature("TEST-26")

_CLOCK = re.compile(r"UTC_|CURRENT_|CURDATE|NOW\(", re.I)


def test_every_row_is_as_it_was(site: UpgradedSite) -> None:
    counts = {table: len(rows) for table, rows in site.before.items()}
    assert counts == site.promises["rows"]
    assert min(counts[table] for table in ("saved_views", "audit_log", "maintenance_dues", "work_order_history")) > 10
    for table in site.before:
        if table != "cmms_alembic_version":
            assert site.read_table(table) == site.before[table], table


def depends_on_the_clock(address: str) -> bool:
    """Whether what is asked for is compared with the present instant: such rows come and go by themselves."""
    from cmms_ui.resources import RESOURCES

    parts = urlsplit(address)
    listing = RESOURCES[parts.path].listing
    asked = parse_qsl(parts.query)
    names = {name.partition(".")[0] for name, _ in asked}
    texts = [known.source for known in listing.fields if known.name in names]
    texts += [listing.chips[value] for name, value in asked if name == "chip"]
    texts += [listing.scopes[value] for name, value in asked if name == "tab"]
    return any(_CLOCK.search(text) for text in texts)


def test_every_filter_link_finds_the_same_rows(site: UpgradedSite, client_for: ClientFor) -> None:
    admin = client_for("admin")
    links = site.promises["links"] | {view["address"]: view["rows"] for view in site.promises["views"]}
    by_the_clock = 0
    for address, rows in links.items():
        answer = admin.get(f"{API}/{address}")
        assert answer.status_code == 200, f"{address}: {answer.text}"
        if depends_on_the_clock(address):
            by_the_clock += 1
        else:
            assert answer.json()["total"] == rows, address
    assert len(links) > 300 and by_the_clock < len(links) / 10


def test_every_saved_view_opens_whole_and_finds_the_same_rows(site: UpgradedSite, airflow_app: Any) -> None:
    from cmms.listing.read_list import count_rows
    from cmms_ui.arrange_list import arrange_list
    from cmms_ui.list_query import from_state
    from cmms_ui.resources import RESOURCES

    for view in site.promises["views"]:
        resource, actor = RESOURCES[view["resource"]], Actor(view["owner"], frozenset(Capability))
        found = arrange_list(resource, actor, f"?view={view['id']}")
        assert (found.missing, found.view and found.view.name) == ((), view["name"])
        state = {
            "tab": found.tab.name,
            "search": found.search,
            "filters": found.filters,
            "header_filters": found.header_filters,
            "chips": found.chips,
            "where": found.where,
        }
        if not depends_on_the_clock(view["address"]):
            assert count_rows(resource.listing, from_state(resource, actor, state)) == view["rows"], view


def test_columns_stand_where_people_have_put_them(site: UpgradedSite, airflow_app: Any) -> None:
    from cmms_ui.arrange_list import arrange_list
    from cmms_ui.resources import RESOURCES

    actor = Actor("op", frozenset(Capability))
    arranged = site.query("SELECT name, body FROM view_preferences WHERE owner = 'op' AND name LIKE 'columns:%%'")
    assert len(arranged) == len(site.promises["rest"]["resources"])
    for row in arranged:
        kept = [(place["name"], place["width"]) for place in json.loads(row["body"])]
        resource = RESOURCES[row["name"].partition(":")[2]]
        columns = arrange_list(resource, actor, f"?tab={resource.tabs[0].name}").columns
        assert [(place.name, place.width) for place in columns][: len(kept)] == kept, row["name"]


def test_every_bookmarked_page_opens(site: UpgradedSite, client_for: ClientFor) -> None:
    admin = client_for("admin")
    pages = [path for name in site.promises["rest"]["resources"] for path in (f"/{name}", f"/{name}/1")]
    pages += [f"/{view['resource']}?view={view['id']}" for view in site.promises["views"]]
    for page in ("/", "/catalogue", "/diagnostics", *pages):
        answer = admin.get(f"/cmms{page}", headers={"Accept": "text/html"})
        assert answer.status_code == 200 and "_dash" in answer.text, page


def test_the_old_settings_mean_the_same(site: UpgradedSite) -> None:
    from cmms.settings.stored_versions import current_settings
    from cmms.sync.runs.open_run import load_run

    file = site.folder / "cmms.yaml"
    assert set(yaml.safe_load(file.read_text())) >= {"api", "streams", "rules", "storage", "engine", "alerts", "view"}
    assert broken_settings(site.promises["settings"], load_settings(file)) == []
    with session() as connection:
        stored, version = current_settings(connection)
        assert (version, stored.rules.future_days) == (1, 3)
        rules = {**site.promises["settings"]["rules"], "future_days": 3}
        assert broken_settings({**site.promises["settings"], "rules": rules}, stored) == []
        pinned = site.query("SELECT id, settings_json AS body FROM api_sync_logs WHERE settings_json IS NOT NULL")
        assert len(pinned) >= 5
        for row in pinned:
            assert broken_settings(json.loads(row["body"]), load_run(connection, row["id"]).settings) == []


def broken_settings(frozen: dict[str, Any], present: Settings) -> list[str]:
    """What has another value now; lists of settings are sets or in an order of their own."""
    return find_broken(frozen, present.model_dump(mode="json"))


# ---- from here on the site goes on working


def test_commands_end_with_the_same_exit_codes(site: UpgradedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "somebody")
    codes = {words: run_command(main, words.split()) for words in site.promises["exit_codes"]}
    assert codes == site.promises["exit_codes"]
    assert set(codes.values()) == {0, 1, 2}


def test_a_run_that_was_killed_by_the_upgrade_goes_on_with_what_it_has_pinned(
    site: UpgradedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.simulator import Simulator, SimulatorConfig
    from cmms.sync.run_sync import run_steps, sync_batches
    from cmms.sync.runs.open_run import load_run
    from tests.sync.conftest import name_connections

    key = site.promises["killed_run"]
    [open_row] = site.query("SELECT status FROM api_sync_logs WHERE id = %s", key)
    assert open_row["status"] == "running"
    simulator = Simulator(SimulatorConfig(equipment=60, plants=4)).start()
    try:
        name_connections(monkeypatch, simulator, site.database)
        with session(local_infile=True) as connection:
            run = load_run(connection, key)
            summary = run_steps(run, connection, partial(sync_batches, run, connection))
    finally:
        simulator.stop()
    assert summary.status in ("success", "partial") and summary.counts.fetched > 100
    units = site.query("SELECT merged_at FROM sync_units WHERE sync_log_id = %s", key)
    assert len(units) == 4 and all(unit["merged_at"] for unit in units)


def test_the_watchdog_closes_a_run_that_nobody_goes_on_with(site: UpgradedSite) -> None:
    from cmms.operations.watch_runs import watch

    [left] = site.query("SELECT id FROM api_sync_logs WHERE status = 'running'")
    report = watch()
    assert (report.closed_runs, report.failures) == ((left["id"],), ())
    [closed] = site.query("SELECT status, error_class FROM api_sync_logs WHERE id = %s", left["id"])
    assert (closed["status"], closed["error_class"]) == ("failed", "Abandoned")
    assert run_command(main, ["verify"]) == 0


def read_readings(site: UpgradedSite, day: date) -> list[dict[str, Any]]:
    return site.query(
        "SELECT equipment_id, running_hours, cumulative_hours, quality, quality_code FROM equipment_running_times"
        " WHERE date = %s ORDER BY equipment_id",
        day,
    )


def find_manifests(site: UpgradedSite) -> Iterator[Manifest]:
    """Every manifest of a day that the released version has landed and merged."""
    for file in sorted((site.folder / "storage/runs").rglob("manifest*.json")):
        stored = json.loads(file.read_text())
        manifest = Manifest.from_dict(stored, "equipment" if stored["unit_keys"] == ["equipment"] else "running_time")
        if manifest.first.day and manifest.sync_log_id != site.promises["killed_run"]:
            yield manifest


def test_stored_pages_merge_again_into_the_same_rows(site: UpgradedSite) -> None:
    from cmms.sync.merge.stage_rows import claim
    from cmms.sync.pipeline import store_batch
    from cmms.sync.run_sync import run_steps
    from cmms.sync.runs.open_run import load_run, open_run

    manifest = max(find_manifests(site), key=lambda found: found.sync_log_id)
    days = [unit.required_day for unit in manifest.units]
    before = {day: read_readings(site, day) for day in days}
    assert all(before.values())
    assert run_command(main, ["verify"]) == 0
    for day in days:
        site.query("DELETE FROM equipment_running_times WHERE date = %s", day)
    assert run_command(main, ["verify"]) == 1  # the stored pages are read, and hold what is missing
    scope = Scope("running_time", start_date=days[0], end_date=days[-1])
    with session(local_infile=True) as connection:
        settings = load_run(connection, manifest.sync_log_id).settings
        run = open_run(connection, scope, run_date=datetime.now(UTC).date(), settings=settings)

        def merge(reporter: Any) -> None:
            for unit in scope.units:
                claim(run, connection, unit, reporter)
            store_batch(run, connection, manifest, reporter)

        assert run_steps(run, connection, merge).status in ("success", "partial")
    assert {day: read_readings(site, day) for day in days} == before
    assert run_command(main, ["verify"]) == 0


def test_records_in_quarantine_replay(site: UpgradedSite) -> None:
    waiting = "SELECT COUNT(*) AS n FROM sync_record_errors WHERE open_flag = 1"
    [before] = site.query(waiting)
    [edited] = site.query("SELECT id FROM sync_record_errors WHERE edited_payload IS NOT NULL")
    assert before["n"] > 3
    assert run_command(main, ["replay"]) in (0, 1)
    rows = site.query("SELECT attempts FROM sync_record_errors WHERE id = %s", edited["id"])
    assert rows[0]["attempts"] > 1
    [after] = site.query(waiting)
    assert after["n"] <= before["n"]
