"""Reconciliations: comparisons of the source with the CMMS, weekly and on request, each with what it found."""

from __future__ import annotations

from cmms_ui.definition.schema import Column, Filter, Resource, Section, Tab, choices_of
from cmms_ui.resources.reconciliations import text
from cmms_ui.resources.reconciliations.report import RESULT
from cmms_ui.resources.reconciliations.statuses import RECONCILIATION_STATES

_STATUSES = choices_of(RECONCILIATION_STATES)


def _when_compared(column: str) -> str:
    """A number of a comparison that came to its end; a running or failed one has none."""
    return f"IF(c.status IN ('equal', 'differs'), c.{column}, NULL)"


RECONCILIATIONS = Resource(
    name="reconciliations",
    label=text.LABEL,
    singular=text.SINGULAR,
    icon="check",
    parent="syncs",
    table="reconciliations c",
    key="c.id",
    order=(("id", True),),
    title="id",
    search_hint=text.SEARCH_HINT,
    refresh_seconds=3,
    record_widgets=(RESULT,),
    columns=(
        Column("id", text.COLUMN_ID, "c.id", "integer", width=100, link=True, phone="title"),
        Column(
            "status",
            text.COLUMN_STATUS,
            "c.status",
            "status",
            width=125,
            choices=_STATUSES,
            statuses=RECONCILIATION_STATES,
            phone="side",
        ),
        Column(
            "differences", text.COLUMN_DIFFERENCES, _when_compared("differences"), "integer", width=125, phone="fact"
        ),
        Column("first_day", text.COLUMN_FIRST_DAY, "c.first_day", "date", width=115, phone="fact"),
        Column("last_day", text.COLUMN_LAST_DAY, "c.last_day", "date", width=115, phone="fact"),
        Column("asked_by", text.COLUMN_ASKED_BY, "c.asked_by", width=130, searchable=True, phone="fact"),
        Column("started_at", text.COLUMN_STARTED_AT, "c.started_at", "instant", width=178, phone="fact"),
        Column("source_records", text.COLUMN_SOURCE_RECORDS, _when_compared("source_records"), "integer", width=130),
        Column("stored_records", text.COLUMN_STORED_RECORDS, _when_compared("stored_records"), "integer", width=125),
        Column("waiting_records", text.COLUMN_WAITING_RECORDS, _when_compared("waiting_records"), "integer", width=130),
        Column("error_message", text.COLUMN_ERROR_MESSAGE, "c.error_message", width=280, sortable=False, phone="line"),
        Column("ended_at", text.COLUMN_ENDED_AT, "c.ended_at", "instant", width=178, hidden=True),
        Column("dag_id", text.COLUMN_DAG_ID, "c.dag_id", width=180, hidden=True),
        Column("run_id", text.COLUMN_RUN_ID, "c.run_id", width=260, hidden=True, searchable=True),
    ),
    tabs=(Tab("all", text.TAB_ALL, "list", "", text.TAB_ALL_EMPTY),),
    filters=(Filter("status", text.FILTER_STATUS, choices=_STATUSES),),
    infolist=(Section(text.SECTION_REQUESTED, ("asked_by", "started_at", "ended_at")),),
)
