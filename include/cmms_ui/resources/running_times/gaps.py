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
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.render.action_marks import prefilled_button
from cmms_ui.render.marks import aria, empty_state
from cmms_ui.render.parts import at, describe_age, link, note, small_table, tone_of_age
from cmms_ui.resources.running_times import text

EVERY_PLANT = "all"
_SIGNS = {"full": "■", "zero": "0", "none": "□", "rejected": "!"}


def _plants() -> Sequence[Choice]:
    every = Choice(EVERY_PLANT, text.GAPS_ALL_PLANTS)
    return [
        every,
        *(
            Choice(label.split(" ")[0], text.GAPS_MACHINES_OF.format(plant=label))
            for _, label in choices.plant_choices()
        ),
    ]


def load_gaps(parameters: Mapping[str, Any]) -> GapGrid:
    """The days up to yesterday, of all plants or of a plant's worst machines."""
    plant = parameters["plant"]
    return read_gaps(last_due_day(), int(parameters["days"]), "" if plant == EVERY_PLANT else plant)


def render_gaps(grid: GapGrid) -> Any:
    """A grid, plant or machine by day; a gap opens the dialog that fills it."""
    if not grid.rows:
        nothing = text.GAPS_COMPLETE.format(plant=grid.plant_code) if grid.plant_code else text.GAPS_EMPTY
        return empty_state(nothing, name="check")
    head = [html.Th(text.COLUMN_EQUIPMENT_NUMBER if grid.plant_code else text.COLUMN_PLANT_CODE, scope="col")]
    head += [html.Th(_day_head(grid, index), scope="col", title=str(day)) for index, day in enumerate(grid.days)]
    body = [html.Tr([html.Th(_row_head(row, grid), scope="row"), *_row_cells(row, grid)]) for row in grid.rows]
    missing = sum(cell.expected - cell.present for row in grid.rows for cell in row.cells)
    legend = text.GAPS_MACHINE_LEGEND if grid.plant_code else text.GAPS_PLANT_LEGEND
    return html.Div(
        [
            html.Div(
                html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="cmms-gaps"),
                className="cmms-table-box",
                tabIndex=0,
                role="region",
                **aria(label=text.WIDGET_GAPS),
            ),
            html.Div(
                [html.Span(f"{sign} {meaning}") for sign, meaning in legend], className="cmms-live-facts cmms-dim"
            ),
            note(text.describe_gaps(missing, grid.hidden)),
        ]
    )


def _day_head(grid: GapGrid, index: int) -> Any:
    """The day's number; fills that day for all plants when something is missing."""
    day = grid.days[index]
    if grid.plant_code or not any(row.cells[index].is_gap for row in grid.rows):
        return f"{day:%d}"
    return _fill(f"{day:%d}", day, day, {}, text.GAPS_FILL_DAY.format(day=day))


def _row_head(row: GapRow, grid: GapGrid) -> Any:
    """Name of the row; beside it what fills all its gaps."""
    name = link(row.name, f"/equipment/{row.equipment_id}") if row.equipment_id else html.Span(row.name)
    gaps = [cell.day for cell in row.cells if cell.is_gap]
    if not gaps:
        return name
    title = text.GAPS_FILL_ROW.format(row=row.name, first=gaps[0], last=gaps[-1])
    return html.Span(
        [name, " ", _fill(text.GAPS_FILL, gaps[0], gaps[-1], _scope(row, grid), title)], title=row.description
    )


def _row_cells(row: GapRow, grid: GapGrid) -> list[Any]:
    return [_cell(row, cells, grid) for cells in row.spans()]


def _cell(row: GapRow, cells: tuple[GapCell, ...], grid: GapGrid) -> Any:
    """One day, or several following ones without any reading."""
    first, last, state = cells[0], cells[-1], cells[0].state
    days = text.describe_days(first.day, last.day)
    sign = _SIGNS.get(state) or f"{max(1, first.percent)}"
    face = sign * len(cells) if len(cells) < 3 else text.GAPS_SPAN.format(sign=sign, days=len(cells))
    title = text.GAPS_CELL.format(row=row.name, days=days, state=_say_state(first))
    content: Any = face
    if state == "rejected":
        content = link(face, f"/record-errors?tab=open&q={row.name}")
    elif first.is_gap:
        content = _fill(face, first.day, last.day, _scope(row, grid), title) or face
    return html.Td(content, title=title, colSpan=len(cells), className=f"cmms-gap cmms-gap-{state}")


def _say_state(cell: GapCell) -> str:
    """``98 of 100, 2 rejected`` for a part of a plant's machines; else the word of the state."""
    if cell.state != "part":
        return text.GAPS_STATES[cell.state]
    sentence = text.GAPS_PART_REJECTED if cell.rejected else text.GAPS_PART
    return sentence.format(present=cell.present, expected=cell.expected, rejected=cell.rejected)


def _scope(row: GapRow, grid: GapGrid) -> dict[str, Any]:
    return {"equipment_numbers": row.name} if grid.plant_code else {"plant_codes": [row.name]}


def _fill(face: str, first: date, last: date, scope: Mapping[str, Any], title: str) -> Any:
    values = {"start_date": first.isoformat(), "end_date": last.isoformat(), **scope}
    more = {"title": title, "className": "cmms-gap-button", **aria(label=text.GAPS_BACKFILL.format(title=title))}
    return prefilled_button("syncs.running_time", face, values, **more) or face


def load_freshness(_parameters: Mapping[str, Any]) -> tuple[list[PlantFreshness], View]:
    """How old the newest reading of each plant is, and from when on that is old."""
    limits = read_view_settings()
    sla = timedelta(minutes=limits.fresh_minutes)
    return read_plant_freshness(now=datetime.now(UTC), sla=sla), limits


def render_freshness(data: tuple[list[PlantFreshness], View]) -> Any:
    """By plant: age of the newest reading, and machines whose readings are stale."""
    plants, limits = data
    if not plants:
        return empty_state(text.FRESHNESS_EMPTY, name="clock")
    rows = []
    for plant in plants:
        minutes = plant.age.total_seconds() / 60 if plant.age else None
        tone = tone_of_age(minutes, limits)
        sign = {"good": "✓", "warn": "▲", "bad": "✕"}[tone]
        stale = text.FRESHNESS_STALE.format(stale=plant.breaches, machines=plant.machines)
        rows.append(
            [
                plant.plant_code,
                html.Span(f"{sign} {describe_age(minutes)}", className=f"cmms-text-{tone}", title=at(plant.newest_at)),
                html.Span(stale, className="cmms-text-warn" if plant.breaches else "cmms-text-good"),
            ]
        )
    return small_table(text.FRESHNESS_HEADS, rows, text.FRESHNESS_CAPTION)


GAPS = Widget(
    "gaps",
    text.WIDGET_GAPS,
    load_gaps,
    render_gaps,
    refresh_seconds=60,
    span=8,
    options=(
        Field("plant", text.FIELD_PLANT, "choice", load_choices=_plants, default=EVERY_PLANT),
        Field(
            "days",
            text.FIELD_DAYS,
            "choice",
            choices=(Choice("14", text.CHOICE_14), Choice("30", text.CHOICE_30)),
            default="14",
        ),
    ),
)
FRESHNESS = Widget("freshness", text.WIDGET_FRESHNESS, load_freshness, render_freshness, refresh_seconds=60, span=4)
