"""Widgets of the dashboard and of a machine: what they judge, who may do what from them, and that they share what was read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from cmms.settings import View
from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import buttons, refresh_widget, texts, walk

Tables = Callable[..., list[dict[str, Any]]]


@pytest.mark.feature("WAD-08", "TAB-G3")
@pytest.mark.parametrize(
    ("minutes", "tone", "word"),
    [(59, "good", "✓ Fresh"), (61, "warn", "▲ Late"), (119, "warn", "▲ Late"), (121, "bad", "✕ Overdue")],
)
def test_a_sync_gets_late_and_overdue_at_the_ages_of_the_settings(
    client_for: ClientFor,
    tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    tone: str,
    word: str,
) -> None:
    from cmms_ui.resources.syncs import daily_syncs as daily_widgets

    client_for("viewer").get("/cmms/")  # links need the application
    monkeypatch.setattr(daily_widgets, "read_view_settings", lambda: View(fresh_minutes=60, old_minutes=120))
    monkeypatch.setattr(daily_widgets, "prefilled_button", lambda *_args, **_more: None)
    good = tables(
        "SELECT MAX(sync_completed_at) AS at FROM api_sync_logs WHERE sync_type = 'equipment' AND status <> 'failed'"
    )
    with time_machine.travel(good[0]["at"].replace(tzinfo=UTC) + timedelta(minutes=minutes), tick=False):
        data = daily_widgets.load_daily({})
    block = daily_widgets._sync("equipment", data["runs"]["equipment"], data["limits"], data["now"])
    said = next(part for part in walk(_plain(block)) if _class(part) == f"cmms-text-{tone}")
    assert said["props"]["children"].startswith(f"{word}: last success ")


def _plain(component: Any) -> Any:

    from plotly.utils import PlotlyJSONEncoder

    return json.loads(json.dumps(component, cls=PlotlyJSONEncoder))


def _class(part: Any) -> str:
    return str(part.get("props", {}).get("className", "")) if isinstance(part, dict) else ""


@pytest.mark.feature("TAB-G1", "TAB-G2", "TAB-G3", "REU-04", "WAD-13")
def test_both_pages_show_the_same_daily_syncs_with_word_sign_age_and_who_may_start_one(
    client_for: ClientFor, tables: Tables
) -> None:
    machines = tables("SELECT COUNT(*) AS n FROM equipment")[0]["n"]
    seen = [refresh_widget(client_for("user"), page, "daily") for page in ("dashboard", "equipment")]
    for widget in seen:
        words = texts(widget)
        assert (
            f"{machines:,}" in words and "✕ Failed" in words and "◐ Partial" in words
        )  # equipment failed, hours are partial
        assert sum(" ago" in word or "just now" in word for word in words) == 2
        assert sum(part.get("type") == "Time" for part in walk(widget) if isinstance(part, dict)) == 2
        assert len(buttons(widget, "equipment")) == len(buttons(widget, "running_time")) == 1
    assert texts(seen[0]) == texts(seen[1])
    assert buttons(refresh_widget(client_for("viewer"), "dashboard", "daily"), "equipment") == []


@pytest.mark.feature("REU-04")
def test_a_widget_on_two_pages_asks_the_database_once_when_that_is_dear(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.access import cache_results, read_rows

    asked: list[str] = []
    plain = read_rows.query

    def count(connection: Any, statement: str, parameters: Any = None) -> Any:
        asked.append(statement)
        return plain(connection, statement, parameters)

    monkeypatch.setattr(read_rows, "query", count)
    monkeypatch.setattr(cache_results, "DEAR_SECONDS", 0.0)
    monkeypatch.setattr(cache_results, "TIMES_ITS_COST", 100_000)
    monkeypatch.setattr(cache_results, "TIMES_AFTER_CHANGE", 100_000)
    cache_results.clear_cache()
    for page in ("dashboard", "equipment"):
        refresh_widget(client_for("viewer"), page, "daily")
    cache_results.clear_cache()
    assert asked.count("figures/last_runs") == 1


@pytest.mark.feature("WID-01", "WIP-05")
def test_a_slow_answer_does_not_hide_that_a_run_has_begun(
    tables: Tables, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.access import cache_results

    monkeypatch.setattr(cache_results, "DEAR_SECONDS", 0.0)  # whatever is kept is kept for a minute
    monkeypatch.setattr(cache_results, "TIMES_ITS_COST", 100_000)
    cache_results.clear_cache()
    client = client_for("viewer")
    for widget in ("live", "recent"):
        refresh_widget(client, "dashboard", widget)
    tables(
        "INSERT INTO api_sync_logs (sync_type, status, dag_id, run_id, trigger_kind, scope, sync_started_at)"
        " VALUES ('equipment', 'running', 'equipment_sync', 'begun', 'manual', '{}', UTC_TIMESTAMP(3))"
    )
    [row] = tables("SELECT id FROM api_sync_logs WHERE run_id = 'begun'")
    try:
        for widget in ("live", "recent"):
            assert f"#{row['id']}" in " ".join(texts(refresh_widget(client, "dashboard", widget)))
    finally:
        tables("DELETE FROM api_sync_logs WHERE id = %s", row["id"])
        cache_results.clear_cache()


@pytest.mark.feature("WAD-02")
def test_this_week_lies_over_the_one_before_and_the_figures_are_those_of_the_log() -> None:
    from cmms.figures.sync_days import DaySums
    from cmms_ui.resources.syncs.metrics import _COMPARED, render_weeks
    from cmms_ui.resources.syncs.periods import last_days

    days = last_days(14)
    no_sums = {field.name: 0 for field in fields(DaySums)}
    syncs = {
        day: DaySums(**{**no_sums, "day": day, "runs": 1, "seconds": 10.0 + number}) for number, day in enumerate(days)
    }
    tree = _plain(render_weeks({"days": days, "syncs": syncs, "metric": _COMPARED["seconds"]}))
    chart = next(part for part in walk(tree) if isinstance(part, dict) and part.get("type") == "LineChart")
    points = chart["props"]["data"]
    assert [(point["This week"], point["Week before"]) for point in points] == [(17 + n, 10 + n) for n in range(7)]
    assert [one["name"] for one in chart["props"]["series"]] == ["This week", "Week before"]
    assert "▲ 53.8 %" in texts(tree)  # 20 against 13 seconds


@pytest.mark.feature("WAD-02")
def test_every_figure_of_the_weeks_is_read_for_one_sync(client_for: ClientFor, tables: Tables) -> None:
    runs = tables(
        "SELECT SUM(records_processed) AS n FROM api_sync_logs WHERE sync_type = 'running_time'"
        " AND sync_completed_at IS NOT NULL AND sync_started_at > UTC_DATE() - INTERVAL 6 DAY"
    )[0]["n"]
    widget = refresh_widget(client_for("viewer"), "dashboard", "weeks", sync_type="running_time", figure="records")
    assert f"{int(runs):,}" in texts(widget)


@pytest.mark.feature("WAD-07", "WID-07")
@pytest.mark.parametrize(
    ("latency", "tone", "word"), [(99, "good", "✓ Fast"), (100, "warn", "▲ Slow"), (300, "bad", "✕ Very slow")]
)
def test_the_gauge_is_green_amber_or_red_by_the_settings_and_the_limit_is_a_line(
    latency: int, tone: str, word: str
) -> None:
    from cmms.figures.calls import Call
    from cmms_ui.resources.syncs.calls import render_calls

    called = datetime(2026, 1, 31, 1)
    rows = [Call(endpoint="/equipment", called_at=called, latency_ms=latency)] * 20
    tree = _plain(render_calls({"rows": rows, "limits": View(slow_ms=100, very_slow_ms=300)}))
    parts = [part for part in walk(tree) if isinstance(part, dict)]
    gauge = next(part for part in parts if part.get("type") == "SemiCircleProgress")
    assert gauge["props"]["filledSegmentColor"] == f"var(--cmms-{tone}-mark)" and word in texts(tree)
    chart = next(part for part in parts if part.get("type") == "LineChart")
    assert [line["y"] for line in chart["props"]["referenceLines"]] == [100]


def test_95_of_100_answers_took_no_longer_than_the_gauge_says() -> None:
    from cmms.figures.kpis import nearest_rank

    assert nearest_rank(list(range(100, 0, -1)), 95) == 95 and nearest_rank([7], 95) == 7
    assert nearest_rank([1, 2, 3, 4], 50) == 2  # the lower of both in the middle: it was really measured


@pytest.mark.feature("WAD-05")
def test_no_count_card_tells_by_colour_alone(client_for: ClientFor) -> None:
    widget = refresh_widget(client_for("viewer"), "dashboard", "counts")
    cards = [part for part in walk(widget) if "cmms-figure cmms-text-" in _class(part)]
    assert len(cards) == 5
    for card in cards:
        label = texts(card)[-1]
        assert label[0] in "✓–!+" and label[2:].strip(), label


@pytest.mark.feature("WAD-14", "NAV-03")
@pytest.mark.parametrize(
    ("role", "verbs"),
    [("viewer", set()), ("user", {"sync", "validate", "order"}),
     ("op", {"sync", "validate", "activate", "deactivate", "move", "retry", "schedule", "serviced", "order"})],
)  # fmt: skip
def test_the_launcher_offers_what_the_role_may_do_with_many(client_for: ClientFor, role: str, verbs: set[str]) -> None:
    widget = refresh_widget(client_for(role), "equipment", "launcher")
    offered = {
        part["props"]["id"]["verb"] for part in walk(widget) if isinstance(part, dict) and part.get("type") == "Button"
    }
    assert offered == verbs


@pytest.mark.feature("CMP-02", "TAB-04F")
@pytest.mark.parametrize(
    ("state", "hours_to_go", "days_to_go", "health", "text"),
    [("overdue", "-10", None, "overdue", "2,010.0 of 2,000 h, 100 %: Oil"), ("due", "0", None, "due", "2,000.0 of 2,000 h, 100 %: Oil"),
     ("upcoming", "200", 90, "upcoming", "1,800.0 of 2,000 h, 90 %: Oil"), ("ok", "1500", 90, "fine", "90 of 180 days, 50 %: Oil"),
     ("ok", "900", 180, "fine", "1,100.0 of 2,000 h, 55 %: Oil"), ("no_reading", None, None, "fine", "50.0 h since service, Oil"),
     (None, None, None, "fine", "50.0 h since service, no plan")],
)  # fmt: skip
def test_health_follows_what_the_foremost_plan_asks(
    state: str | None, hours_to_go: str | None, days_to_go: int | None, health: str, text: str
) -> None:
    from cmms.figures.one_machine import Condition
    from cmms_ui.resources.equipment.condition import health_of
    from cmms_ui.resources.maintenance_plans.plan_words import describe_use

    row = Condition(
        id=1, equipment_number="E1", is_active=True, inactive_reason=None, row_version=1, predicted_date=None,
        plan_id=1 if state else None, switch_id=None,
        since_service=Decimal(50), state=state, plan_name="Oil" if state else None,
        interval_hours=Decimal(2000) if state else None, interval_days=180 if state else None,
        hours_to_go=Decimal(hours_to_go) if hours_to_go else None, days_to_go=days_to_go, open_errors=0,
        missing_since=None, reading_date=date(2026, 1, 31), newest_date=date(2026, 1, 31), quality="ok",
    )  # fmt: skip
    assert (health_of(row), describe_use(row)) == (health, text)
    assert health_of(replace(row, open_errors=1)) == (health if health in ("overdue", "due") else "rejected")
    late = replace(row, reading_date=date(2026, 1, 30))
    assert health_of(late) == (health if health in ("overdue", "due", "upcoming") else "no_reading")


@pytest.mark.feature("CMP-02")
def test_a_machine_shows_hours_limit_and_per_cent_and_where_the_plan_is_changed(
    client_for: ClientFor, tables: Tables
) -> None:
    row = tables(
        "SELECT m.equipment_id, m.plan_id FROM equipment_maintenance m JOIN maintenance_plans p ON p.id = m.plan_id"
        " WHERE p.interval_hours = 2000 AND m.state IN ('overdue', 'due') AND NOT EXISTS (SELECT 1 FROM"
        " equipment_maintenance o WHERE o.equipment_id = m.equipment_id AND o.id <> m.id) LIMIT 1"
    )[0]
    widget = refresh_widget(client_for("admin"), "equipment", "condition", key=str(row["equipment_id"]))
    assert any(" of 2,000 h, " in text for text in texts(widget))
    assert [identity["key"] for identity in buttons(widget, "edit")] == [str(row["plan_id"])]
    op = refresh_widget(client_for("op"), "equipment", "condition", key=str(row["equipment_id"]))
    assert buttons(op, "edit") == []


@pytest.mark.feature("WAD-16")
def test_a_switch_is_audited_and_refused_to_who_saw_an_older_version(client_for: ClientFor, tables: Tables) -> None:
    from cmms.access.actors import Actor, Capability, Forbidden, Stale
    from cmms.equipment.change_equipment import switch_equipment

    actor = Actor("op", frozenset({Capability.VIEW, Capability.EDIT}))
    version = tables("SELECT row_version AS v FROM equipment WHERE id = 41")[0]["v"]
    assert switch_equipment(actor, 41, version, active=False)
    assert not switch_equipment(actor, 41, version, active=False)  # it is so already
    with pytest.raises(Stale):
        switch_equipment(actor, 41, version, active=True)
    with pytest.raises(Forbidden):
        switch_equipment(Actor("viewer", frozenset({Capability.VIEW})), 41, version + 1, active=True)
    assert switch_equipment(actor, 41, version + 1, active=True)
    acts = tables("SELECT action, actor FROM audit_log WHERE entity = 'equipment' AND entity_id = '41' ORDER BY id")
    assert [(act["action"], act["actor"]) for act in acts[-2:]] == [("deactivate", "op"), ("activate", "op")]


@pytest.mark.feature("REU-01")
def test_the_catalogue_shows_every_part_and_every_widget(client_for: ClientFor) -> None:
    import inspect

    from cmms.access.actors import Actor, Capability
    from cmms_ui.pages.catalogue import find_widgets, make_parts
    from cmms_ui.render import marks, parts
    from cmms_ui.resources import RESOURCES

    texts_only = {
        "aria",
        "at",
        "count",
        "airflow_links",  # several of airflow_link
        "describe_age",
        "describe_milliseconds",
        "describe_seconds",
        "drill",
        "percent_text",
        "sync_label",
        "tone_of_age",
    }
    public = {
        name
        for module in (marks, parts)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    client_for("viewer").get("/cmms/")  # links need the application
    assert set(make_parts()) == public - texts_only
    shown = {widget.title for _, widget in find_widgets(Actor("admin", frozenset(Capability)))}
    for resource in RESOURCES.values():
        assert {widget.title for widget in resource.widgets} <= shown
        assert {widget.title for tab in resource.tabs for widget in tab.widgets} <= shown


@pytest.mark.feature("WID-03")
def test_the_ring_says_how_many_active_machines_have_a_reading_of_the_newest_day(
    client_for: ClientFor, tables: Tables
) -> None:
    (row,) = tables(
        "SELECT d.day, (SELECT COUNT(*) FROM equipment WHERE is_active = 1) AS expected,"
        " (SELECT COUNT(*) FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id AND e.is_active = 1"
        " WHERE r.date = d.day) AS processed FROM (SELECT MAX(date) AS day FROM equipment_running_times) d"
    )
    percent = 100 * row["processed"] // row["expected"]
    assert 50 < percent < 100  # else the share would tell nothing
    ring = refresh_widget(client_for("viewer"), "dashboard", "ring")
    said = texts(ring)
    assert f'"{percent} %"' in json.dumps(ring) and str(row["day"]) in said  # the share is the label of the ring
    assert f"{row['processed']:,} of {row['expected']:,} active machines" in said
    bar = next(part for part in walk(ring) if isinstance(part, dict) and part.get("props", {}).get("role"))["props"]
    assert (bar["role"], bar["aria-valuenow"], bar["aria-valuemax"]) == ("progressbar", str(percent), "100")


@pytest.mark.feature("WID-08", "TAB-04W")
@pytest.mark.parametrize(
    ("cause", "hours", "days", "said"),
    [
        ("hours", "-12.5", None, "12.5 h over"),
        ("hours", "40", -3, "40.0 h to go"),
        ("calendar", "500", -3, "3 days over"),  # the calendar decides, however many hours are left
        ("calendar", "500", 1, "1 day to go"),
        (None, None, None, "–"),
    ],
)
def test_what_is_left_is_told_by_what_decides(
    cause: str | None, hours: str | None, days: int | None, said: str
) -> None:
    from cmms.figures.maintenance import ToGo
    from cmms_ui.resources.maintenance_plans.plan_words import to_go_text

    left = ToGo(cause=cause, hours_to_go=None if hours is None else Decimal(hours), days_to_go=days)
    assert to_go_text(left) == said
