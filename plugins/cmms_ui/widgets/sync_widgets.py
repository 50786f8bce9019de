"""Widgets about syncs: live progress, last results, response times, errors, gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.views.read_status import Row, read
from cmms_ui.components.marks import aria, empty_state, status_badge
from cmms_ui.schema import Widget
from cmms_ui.widgets.parts import (
    at,
    describe_age,
    describe_seconds,
    link,
    note,
    small_table,
    tone_of_age,
)

SLOW_MS = 2_000
_UNIT_FIGURES = (
    *("fetched", "inserted", "updated", "unchanged", "rejected"),
    *("api_ms", "validate_ms", "stage_ms", "merge_ms"),
)
_NAMES = {"equipment": "Equipment", "running_time": "Running time", "replay": "Replay", "cleanup": "Clean-up"}


def load_live(_parameters: Mapping[str, Any]) -> list[Row]:
    """Runs that are not over."""
    return read("live_runs")


def render_live(rows: list[Row]) -> Any:
    """Step, done of total, rate and time left of each run."""
    if not rows:
        return empty_state("No sync is running.", name="check")
    return html.Div([_live_run(row) for row in rows], className="cmms-live")


def _live_run(row: Row) -> Any:
    done, total, rate = int(row["done"] or 0), int(row["total"] or 0), float(row["rate"] or 0)
    percent = min(100, round(100 * done / total)) if total else 0
    left = describe_seconds((total - done) / rate) if rate and total > done else "unknown"
    asked = {"pause": " – will pause", "cancel": " – will be cancelled"}.get(str(row["control"]), "")
    days = f", {row['interval_start']} to {row['interval_end']}" if row["interval_start"] else ""
    facts = (
        f"{row['step'] or 'starting'}: {done:,} of {total or '?':,} records"
        if total
        else f"{row['step'] or 'starting'}"
    )
    return html.Div(
        [
            html.Div(
                [
                    link(f"{_NAMES.get(row['sync_type'], row['sync_type'])} #{row['id']}", f"/syncs/{row['id']}"),
                    status_badge(row["status"], size="sm"),
                    html.Span(f"{days.lstrip(', ')}{asked}", className="cmms-dim"),
                ],
                className="cmms-live-head",
            ),
            dmc.Progress(
                value=percent,
                size="lg",
                animated=row["status"] == "running",
                **aria(label=f"Sync {row['id']}, progress"),
            ),
            html.Div(
                [
                    html.Span(f"{facts} ({percent} %)"),
                    html.Span(f"{rate:,.0f} records/s" if rate else "rate unknown"),
                    html.Span(f"{describe_seconds(row['seconds'])} so far, left: {left}"),
                    html.Span(f"{row['units_done'] or 0} of {row['units']} units merged"),
                ],
                className="cmms-live-facts",
            ),
        ],
        className="cmms-live-run",
    )


def load_last(_parameters: Mapping[str, Any]) -> list[Row]:
    """The newest finished run of both daily syncs."""
    return read("last_runs")


def render_last(rows: list[Row]) -> Any:
    """Status of both daily syncs and the age of what they have brought."""
    if not rows:
        return empty_state("No sync has run yet.", name="refresh")
    lines = []
    for row in rows:
        minutes = row["good_minutes_ago"]
        tone = tone_of_age(minutes)
        sign = {"good": "✓", "warn": "▲", "bad": "✕"}[tone]
        lines.append(
            html.Div(
                [
                    html.Div(
                        [link(_NAMES[row["sync_type"]], f"/syncs/{row['id']}"), status_badge(row["status"], size="sm")],
                        className="cmms-live-head",
                    ),
                    html.Div(
                        [
                            html.Span(f"{sign} last good: {describe_age(minutes)}", className=f"cmms-text-{tone}"),
                            html.Span(at(row["good_at"]), className="cmms-dim"),
                        ],
                        className="cmms-live-facts",
                    ),
                    note(f"{row['records_processed']:,} records, {row['records_failed']:,} rejected"),
                ]
            )
        )
    return html.Div(lines, className="cmms-live")


def load_ring(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Today's readings against the machines that should have one."""
    rows = read("gap_days", {"days": 1})
    expected = sum(int(row["machines"]) for row in read("active_by_plant"))
    return {
        "day": rows[-1]["date"] if rows else None,
        "machines": sum(int(row["readings"]) for row in rows),
        "expected": expected,
    }


def render_ring(data: Mapping[str, Any]) -> Any:
    """How complete the newest day is."""
    if not data["day"]:
        return empty_state("No reading yet.", name="clock")
    percent = min(100, round(100 * data["machines"] / data["expected"])) if data["expected"] else 0
    tone = "teal" if percent >= 95 else "yellow" if percent >= 80 else "red"
    return html.Div(
        [
            html.Div(
                dmc.RingProgress(
                    sections=[{"value": percent, "color": tone}],
                    size=110,
                    thickness=11,
                    roundCaps=True,
                    label=dmc.Text(f"{percent} %", ta="center", fw=700),
                ),
                role="progressbar",
                **aria(valuenow=str(percent), valuemin="0", valuemax="100", label="Readings of the newest day"),
            ),
            html.Div(
                [html.Strong(str(data["day"])), note(f"{data['machines']:,} of {data['expected']:,} active machines")]
            ),
        ],
        className="cmms-ring",
    )


def load_recent(_parameters: Mapping[str, Any]) -> list[Row]:
    """The newest runs."""
    return read("recent_runs", {"row_limit": 8})


def render_recent(rows: list[Row]) -> Any:
    """The newest runs as a table."""
    if not rows:
        return empty_state("No sync has run yet.", name="refresh")
    cells = [
        [
            link(f"#{row['id']}", f"/syncs/{row['id']}"),
            _NAMES.get(row["sync_type"], row["sync_type"]),
            status_badge(row["status"], size="sm"),
            f"{row['records_processed']:,}",
            f"{row['records_failed']:,}",
            at(row["sync_started_at"]),
        ]
        for row in rows
    ]
    return small_table(("Run", "Type", "Status", "Records", "Rejected", "Started"), cells, "Recent runs")


def load_calls(_parameters: Mapping[str, Any]) -> list[Row]:
    """The newest requests to the source."""
    return read("api_calls", {"row_limit": 300})


def render_calls(rows: list[Row]) -> Any:
    """Response time of each request, and the usual figures by endpoint."""
    if not rows:
        return empty_state("No request has been made yet.", name="clock")
    ordered = list(reversed(rows))
    by_endpoint: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_endpoint[str(row["endpoint"])].append(int(row["latency_ms"]))
    lines = []
    for endpoint, values in sorted(by_endpoint.items()):
        values.sort()
        p95 = values[min(len(values) - 1, int(0.95 * len(values)))]
        lines.append([endpoint, f"{values[len(values) // 2]} ms", f"{p95} ms", f"{values[-1]} ms", len(values)])
    return html.Div(
        [
            dmc.LineChart(
                h=130,
                data=[
                    {"at": f"{row['called_at']:%m-%d %H:%M:%S}", "ms": int(row["latency_ms"])} for row in ordered[-80:]
                ],
                dataKey="at",
                series=[{"name": "ms", "color": "indigo.5", "label": "Response time, ms"}],
                withDots=False,
                withXAxis=False,
                referenceLines=[{"y": SLOW_MS, "color": "red.6", "label": "slow"}]
                if max(int(row["latency_ms"]) for row in rows) > SLOW_MS / 2
                else [],
                curveType="linear",
            ),
            small_table(("Endpoint", "Median", "95 %", "Slowest", "Requests"), lines, "Response times by endpoint"),
        ]
    )


def load_codes(_parameters: Mapping[str, Any]) -> list[Row]:
    """Open rejected records by code."""
    return read("open_error_codes")


def render_codes(rows: list[Row]) -> Any:
    """Codes with a bar; each leads to its records."""
    if not rows:
        return empty_state("Nothing is rejected.", name="check")
    most = max(int(row["records"]) for row in rows)
    return html.Div(
        [
            html.Div(
                [
                    link(row["code"], f"/record-errors?tab=open&q={row['code']}"),
                    html.Div(style={"width": f"{100 * int(row['records']) / most:.0f}%"}, className="cmms-bar"),
                    html.Span(f"{int(row['records']):,}", className="cmms-count"),
                ],
                className="cmms-bar-row",
            )
            for row in rows
        ],
        className="cmms-bars",
    )


def load_gaps(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Readings by plant and day against the active machines of the plant."""
    return {"readings": read("gap_days", {"days": 21}), "plants": read("active_by_plant")}


def render_gaps(data: Mapping[str, Any]) -> Any:
    """A grid, plant by day: full, partly, none; each cell says it in words as well."""
    readings = {(row["plant_code"], row["date"]): int(row["readings"]) for row in data["readings"]}
    if not readings:
        return empty_state("No reading yet.", name="clock")
    last = max(day for _, day in readings)
    days = [last - timedelta(days=back) for back in range(20, -1, -1)]
    head = html.Tr(
        [html.Th("Plant", scope="col"), *(html.Th(f"{day:%d}", scope="col", title=str(day)) for day in days)]
    )
    body = []
    for plant in data["plants"]:
        cells = [_gap_cell(readings.get((plant["plant_code"], day), 0), int(plant["machines"]), day) for day in days]
        body.append(html.Tr([html.Th(plant["plant_code"], scope="row"), *cells]))
    return html.Div(
        [
            html.Div(
                html.Table([html.Thead(head), html.Tbody(body)], className="cmms-gaps"),
                className="cmms-table-box",
                tabIndex=0,
                role="region",
                **aria(label="Readings by plant and day"),
            ),
            note("■ complete   ▨ partly   □ none. Sync running times with dates fills gaps."),
        ]
    )


def _gap_cell(count: int, machines: int, day: Any) -> Any:
    state = "full" if count >= machines else "part" if count else "none"
    sign = {"full": "■", "part": "▨", "none": "□"}[state]
    return html.Td(sign, title=f"{day}: {count:,} of {machines:,}", className=f"cmms-gap cmms-gap-{state}")


def load_run(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Units, events and codes of a run."""
    key = {"id": parameters["key"]}
    return {
        "live": [row for row in read("live_runs") if row["id"] == parameters["key"]],
        "units": read("run_units", key),
        "codes": read("run_codes", key),
        "events": read("run_events", key),
        "trace": read("run_trace", key),
    }


def render_steps(data: Mapping[str, Any]) -> Any:
    """Each unit with its steps and times, and which part took longest."""
    units = data["units"]
    if not units:
        return empty_state("This run has no units of work.")
    times = {
        name: sum(int(unit[f"{key}_ms"] or 0) for unit in units)
        for name, key in (("source", "api"), ("rules", "validate"), ("staging", "stage"), ("merge", "merge"))
    }
    total = sum(times.values())
    most = max(times, key=lambda name: times[name])
    share = f"Most time: {most}, {100 * times[most] / total:.0f} % of {total / 1000:.1f} s." if total else ""
    cells = [
        [
            unit["unit_key"],
            "merged" if unit["merged_at"] else f"{unit['step']}, {unit['done'] or 0:,} of {unit['total'] or '?'}",
            *(f"{unit[name]:,}" if unit[name] is not None else "–" for name in _UNIT_FIGURES),
        ]
        for unit in units
    ]
    heads = (
        "Unit",
        "Step",
        "Fetched",
        "New",
        "Changed",
        "Same",
        "Rejected",
        "Source ms",
        "Rules ms",
        "Stage ms",
        "Merge ms",
    )
    live = [_live_run(row) for row in data["live"]]
    return html.Div([*live, note(share) if share else None, small_table(heads, cells, "Units of work")])


def render_errors(data: Mapping[str, Any]) -> Any:
    """Run, class and records; events; the stack of a failure; the way to Airflow's log."""
    parts: list[Any] = []
    if data["codes"]:
        cells = [
            [
                link(row["code"], f"/record-errors?tab=all&q={row['code']}"),
                f"{row['records']:,}",
                f"{row['open_records'] or 0:,}",
            ]
            for row in data["codes"]
        ]
        parts.append(small_table(("Code", "Records", "Still open"), cells, "Rejected records by code"))
    if data["events"]:
        events = [[at(row["at"]), row["level"], row["category"], row["code"], row["message"]] for row in data["events"]]
        parts.append(small_table(("When", "Level", "Category", "Code", "What"), events, "Events"))
    for row in data["trace"]:
        if row["stack_trace"]:
            parts.append(html.Details([html.Summary("Stack"), html.Pre(row["stack_trace"], className="cmms-raw")]))
        if row["dag_id"] and row["run_id"]:
            address = f"/dags/{row['dag_id']}/runs/{row['run_id']}"
            parts.append(html.A("Open the run and its task logs in Airflow", href=address, target="_blank"))
    return (
        html.Div(parts, className="cmms-stack")
        if parts
        else empty_state("Nothing was rejected, nothing happened.", name="check")
    )


LIVE = Widget("live", "Running now", load_live, render_live, refresh_seconds=2, span=8)
LAST = Widget("last", "Daily syncs", load_last, render_last, refresh_seconds=30, span=4)
RING = Widget("ring", "Newest day", load_ring, render_ring, refresh_seconds=30, span=4)
RECENT = Widget("recent", "Recent runs", load_recent, render_recent, refresh_seconds=10, span=8)
CALLS = Widget("calls", "Response time of the source", load_calls, render_calls, refresh_seconds=30, span=6)
CODES = Widget("codes", "Open errors by code", load_codes, render_codes, refresh_seconds=30, span=6)
GAPS = Widget("gaps", "Readings by plant and day", load_gaps, render_gaps, refresh_seconds=300, span=12)
STEPS = Widget("steps", "Steps", load_run, render_steps, refresh_seconds=3, span=12)
ERRORS = Widget("errors", "What happened", load_run, render_errors, span=12)
