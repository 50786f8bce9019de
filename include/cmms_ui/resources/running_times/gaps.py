"""Widgets about missing readings: how old the newest ones are, and the grid from which gaps are filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dash import html

from cmms.access import choices
from cmms.access.view_settings import read_view_settings
from cmms.figures.kpis import PlantFreshness, read_plant_freshness
from cmms.figures.read_gaps import GapCell, GapGrid, GapRow, last_due_day, read_gaps
from cmms.settings import View
from cmms.words import count_of
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.render.action_marks import prefilled_button
from cmms_ui.render.marks import aria, empty_state
from cmms_ui.render.parts import at, describe_age, link, note, small_table, tone_of_age

EVERY_PLANT = "all"
_SIGNS = {"full": "■", "zero": "0", "none": "□", "rejected": "!"}
_PLANT_LEGEND = (("■", "complete"), ("98", "per cent of the machines have a reading"), ("□", "no reading at all"))
_MACHINE_LEGEND = (
    ("■", "reading"),
    ("0", "reading of 0 hours: it stood still"),
    ("□", "no reading"),
    ("!", "rejected"),
)
_WORDS = {"full": "complete", "zero": "stood still: 0 hours", "none": "no reading", "rejected": "rejected"}


def _plants() -> Sequence[Choice]:
    every = Choice(EVERY_PLANT, "All plants")
    return [every, *(Choice(label.split(" ")[0], f"Machines of {label}") for _, label in choices.plant_choices())]


def load_gaps(parameters: Mapping[str, Any]) -> GapGrid:
    """The days up to yesterday, of all plants or of a plant's worst machines."""
    plant = parameters["plant"]
    return read_gaps(last_due_day(), int(parameters["days"]), "" if plant == EVERY_PLANT else plant)


def render_gaps(grid: GapGrid) -> Any:
    """A grid, plant or machine by day; a gap opens the dialog that fills it."""
    if not grid.rows:
        text = f"Every machine of {grid.plant_code} has a reading on every day." if grid.plant_code else "No machine."
        return empty_state(text, name="check")
    head = [html.Th("Machine" if grid.plant_code else "Plant", scope="col")]
    head += [html.Th(_day_head(grid, index), scope="col", title=str(day)) for index, day in enumerate(grid.days)]
    body = [html.Tr([html.Th(_row_head(row, grid), scope="row"), *_row_cells(row, grid)]) for row in grid.rows]
    missing = sum(cell.expected - cell.present for row in grid.rows for cell in row.cells)
    legend = _MACHINE_LEGEND if grid.plant_code else _PLANT_LEGEND
    more = f" {count_of(grid.hidden, 'more machine has', 'more machines have')} gaps." if grid.hidden else ""
    return html.Div(
        [
            html.Div(
                html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="cmms-gaps"),
                className="cmms-table-box",
                tabIndex=0,
                role="region",
                **aria(label="Readings by day"),
            ),
            html.Div([html.Span(f"{sign} {text}") for sign, text in legend], className="cmms-live-facts cmms-dim"),
            note(
                f"{count_of(missing, 'reading is', 'readings are')} missing.{more}"
                " Choose a gap, a day or a row to fill it from the source."
            ),
        ]
    )


def _day_head(grid: GapGrid, index: int) -> Any:
    """The day's number; fills that day for all plants when something is missing."""
    day = grid.days[index]
    if grid.plant_code or not any(row.cells[index].is_gap for row in grid.rows):
        return f"{day:%d}"
    return _fill(f"{day:%d}", day, day, {}, f"{day}: fill what is missing in all plants")


def _row_head(row: GapRow, grid: GapGrid) -> Any:
    """Name of the row; beside it what fills all its gaps."""
    name = link(row.name, f"/equipment/{row.equipment_id}") if row.equipment_id else html.Span(row.name)
    gaps = [cell.day for cell in row.cells if cell.is_gap]
    if not gaps:
        return name
    title = f"{row.name}: fill {gaps[0]} to {gaps[-1]}"
    return html.Span([name, " ", _fill("fill", gaps[0], gaps[-1], _scope(row, grid), title)], title=row.description)


def _row_cells(row: GapRow, grid: GapGrid) -> list[Any]:
    return [_cell(row, cells, grid) for cells in row.spans()]


def _cell(row: GapRow, cells: tuple[GapCell, ...], grid: GapGrid) -> Any:
    """One day, or several following ones without any reading."""
    first, last, state = cells[0], cells[-1], cells[0].state
    days = f"{first.day}" if first is last else f"{first.day} to {last.day}"
    sign = _SIGNS.get(state) or f"{max(1, first.percent)}"
    text = sign * len(cells) if len(cells) < 3 else f"{sign} {len(cells)} days {sign}"
    count = f"{first.present:,} of {first.expected:,}" if state == "part" else _WORDS[state]
    rejected = f", {first.rejected:,} rejected" if first.rejected and state == "part" else ""
    title = f"{row.name}, {days}: {count}{rejected}"
    content: Any = text
    if state == "rejected":
        content = link(text, f"/record-errors?tab=open&q={row.name}")
    elif first.is_gap:
        content = _fill(text, first.day, last.day, _scope(row, grid), title) or text
    return html.Td(content, title=title, colSpan=len(cells), className=f"cmms-gap cmms-gap-{state}")


def _scope(row: GapRow, grid: GapGrid) -> dict[str, Any]:
    return {"equipment_numbers": row.name} if grid.plant_code else {"plant_codes": [row.name]}


def _fill(text: str, first: date, last: date, scope: Mapping[str, Any], title: str) -> Any:
    values = {"start_date": first.isoformat(), "end_date": last.isoformat(), **scope}
    more = {"title": title, "className": "cmms-gap-button", **aria(label=f"Backfill. {title}")}
    return prefilled_button("syncs.running_time", text, values, **more) or text


def load_freshness(_parameters: Mapping[str, Any]) -> tuple[list[PlantFreshness], View]:
    """How old the newest reading of each plant is, and from when on that is old."""
    limits = read_view_settings()
    sla = timedelta(minutes=limits.fresh_minutes)
    return read_plant_freshness(now=datetime.now(UTC), sla=sla), limits


def render_freshness(data: tuple[list[PlantFreshness], View]) -> Any:
    """By plant: age of the newest reading, and machines that are behind."""
    plants, limits = data
    if not plants:
        return empty_state("No plant is active.", name="clock")
    rows = []
    for plant in plants:
        minutes = plant.age.total_seconds() / 60 if plant.age else None
        tone = tone_of_age(minutes, limits)
        sign = {"good": "✓", "warn": "▲", "bad": "✕"}[tone]
        behind = f"{plant.breaches:,} of {plant.machines:,}"
        rows.append(
            [
                plant.plant_code,
                html.Span(f"{sign} {describe_age(minutes)}", className=f"cmms-text-{tone}", title=at(plant.newest_at)),
                html.Span(behind, className="cmms-text-warn" if plant.breaches else "cmms-text-good"),
            ]
        )
    return small_table(("Plant", "Newest reading", "Machines behind"), rows, "Age of the newest reading by plant")


GAPS = Widget(
    "gaps",
    "Readings by day",
    load_gaps,
    render_gaps,
    refresh_seconds=60,
    span=8,
    options=(
        Field("plant", "Rows", "choice", load_choices=_plants, default=EVERY_PLANT),
        Field("days", "Days", "choice", choices=(Choice("14", "14 days"), Choice("30", "30 days")), default="14"),
    ),
)
FRESHNESS = Widget("freshness", "How fresh readings are", load_freshness, render_freshness, refresh_seconds=60, span=4)
