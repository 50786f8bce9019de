"""The list: an AG Grid over a resource, its rows loaded block by block. Input: columns. Output: component."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
from dash import get_relative_path

from cmms_ui.arrange_list import ColumnPlace
from cmms_ui.definition.schema import Column
from cmms_ui.render import text

BLOCK_ROWS = 100
_SHORT_CARD = 2
_FILTERS = {
    "integer": "agNumberColumnFilter",
    "hours": "agNumberColumnFilter",
    "number": "agNumberColumnFilter",
    "date": "agDateColumnFilter",
    "instant": "agDateColumnFilter",
}
_FORMATS = {"instant": "cmmsInstant", "boolean": "cmmsYesNo"}
# The name begins as those of the grid's own columns do: it is none that people move, hide or keep.
_DETAILS: dict[str, Any] = {
    "colId": "ag-Grid-Details",
    "headerName": "",
    "headerTooltip": text.DETAILS,
    "cellRenderer": "CmmsDetails",
    "width": 44,
    "pinned": "left",
    "sortable": False,
    "filter": False,
    "resizable": False,
    "suppressMovable": True,
    "suppressHeaderMenuButton": True,
    "cellClass": "cmms-details-cell",
}


def make_grid(
    grid_id: dict[str, str],
    columns: Sequence[Column],
    places: Sequence[ColumnPlace],
    *,
    base_path: str,
    header_filters: Mapping[str, Any],
    editable: bool,
    selectable: bool,
    detailed: bool = False,
) -> Any:
    """A grid whose rows come from the callback ``load_rows``."""
    by_name = {column.name: column for column in columns}
    definitions = [
        define_column(by_name[place.name], place, base_path=base_path, editable=editable) for place in places
    ]
    if detailed:
        definitions.insert(0, _DETAILS)
    options: dict[str, Any] = {
        "cacheBlockSize": BLOCK_ROWS,
        "maxBlocksInCache": 20,
        "infiniteInitialRowCount": 1,
        "rowBuffer": 10,
        "maxConcurrentDatasourceRequests": 2,
        "blockLoadDebounceMillis": 30,
        "animateRows": False,
        "suppressColumnVirtualisation": True,  # a card shows columns from everywhere (cmms.css, on a phone)
        "suppressNoRowsOverlay": True,  # ours says why
        "enableCellTextSelection": True,
        "suppressDragLeaveHidesColumns": True,
        "stopEditingWhenCellsLoseFocus": True,
        "tooltipShowDelay": 400,
        "rowClassRules": {"cmms-row-awaited": "!params.data"},
    }
    if selectable:
        options["rowSelection"] = {"mode": "multiRow", "checkboxes": True, "headerCheckbox": False}
        options["selectionColumnDef"] = {"width": 46, "pinned": "left", "suppressHeaderMenuButton": True}
    return dag.AgGrid(
        id=grid_id,
        columnDefs=definitions,
        defaultColDef={
            "resizable": True,
            "suppressHeaderMenuButton": False,
            "filterParams": {"buttons": ["apply", "reset"], "closeOnApply": True, "maxNumConditions": 1},
        },
        rowModelType="infinite",
        filterModel=dict(header_filters),
        getRowId="params.data.id.toString()",
        dashGridOptions=options,
        className="cmms-grid" if _card_lines(columns) > _SHORT_CARD else "cmms-grid cmms-grid-short",
        style={"height": "100%", "width": "100%"},
    )


def _card_lines(columns: Sequence[Column]) -> int:
    """About how many lines a card has below its first one; some three facts stand beside each other."""
    places = [column.place_in_card for column in columns if not column.hidden]
    return places.count("line") + -(-places.count("fact") // 3)


def define_column(column: Column, place: ColumnPlace, *, base_path: str, editable: bool) -> dict[str, Any]:
    """The grid's own description of a column."""
    definition: dict[str, Any] = {
        "field": column.name,
        "colId": column.name,
        "headerName": column.label,
        "width": place.width,
        "hide": place.hidden,
        "sort": place.sort,
        "sortIndex": place.sort_rank,
        "sortable": column.sortable,
        "filter": _FILTERS.get(column.kind, "agTextColumnFilter") if column.filterable else False,
        "headerTooltip": column.help or column.label,
        "cellClass": [f"cmms-phone-{column.place_in_card}"],
    }
    if column.place_in_card == "fact" or (column.place_in_card == "title" and column.kind == "integer"):
        definition["cellStyle"] = {"--card-label": json.dumps(column.label)}
    if column.kind in ("integer", "hours", "number"):
        definition["type"] = "rightAligned"
        definition["cellClass"].append("ag-right-aligned-cell")  # ours stands in place of that of the type
        # A key is a name, not a quantity: no thousands separators in it.
        if column.name not in ("id", "sync_log_id"):
            function = "cmmsHours" if column.kind == "hours" else "cmmsInteger"
            definition["valueFormatter"] = {"function": f"{function}(params)"}
    elif column.kind in _FORMATS:
        definition["valueFormatter"] = {"function": f"{_FORMATS[column.kind]}(params)"}
    elif column.kind == "status":
        definition["valueFormatter"] = {"function": "cmmsChoice(params)"}
        definition["context"] = {name: status.label for name, status in column.statuses.items()}
        definition["cellClassRules"] = {
            f"cmms-cell-{status.tone} cmms-status-{name} {status.sign_class}": f"params.value == '{name}'"
            for name, status in column.statuses.items()
        }
        definition["filter"] = False  # chosen above the list
    else:
        definition["tooltipField"] = column.name
        if column.choices:
            function = "cmmsChoices" if column.several else "cmmsChoice"
            definition["valueFormatter"] = {"function": f"{function}(params)"}
            definition["context"] = {choice.value: choice.label for choice in column.choices}
    if column.link:
        definition["cellRenderer"] = "CmmsLink"
        definition["cellRendererParams"] = {"base": base_path, "keyColumn": "id"}
    elif column.leads_to:
        resource, key = column.leads_to
        definition["cellRenderer"] = "CmmsLink"
        definition["cellRendererParams"] = {"base": get_relative_path(f"/{resource}/"), "keyColumn": key}
    if column.editable and editable:
        definition["editable"] = True
        definition["cellClass"].append("cmms-editable")
        definition["cellEditor"] = "agTextCellEditor"
    return definition
