"""Reconciliations: comparisons of the source with the CMMS, weekly and on request, each with what it found."""

from __future__ import annotations

from cmms_ui.definition.schema import Column, Filter, Resource, Section, Tab, choices_of
from cmms_ui.resources.reconciliations.report import RESULT
from cmms_ui.resources.reconciliations.statuses import RECONCILIATION_STATES

_STATUSES = choices_of(RECONCILIATION_STATES)


def _when_compared(column: str) -> str:
    """A number of a comparison that came to its end; a running or failed one has none."""
    return f"IF(c.status IN ('equal', 'differs'), c.{column}, NULL)"


RECONCILIATIONS = Resource(
    name="reconciliations",
    label="Reconciliations",
    singular="Reconciliation",
    icon="check",
    parent="syncs",
    table="reconciliations c",
    key="c.id",
    order=(("id", True),),
    title="id",
    search_hint="Search person",
    refresh_seconds=3,
    record_widgets=(RESULT,),
    columns=(
        Column("id", "Result", "c.id", "integer", width=100, link=True, phone="title"),
        Column(
            "status",
            "Status",
            "c.status",
            "status",
            width=125,
            choices=_STATUSES,
            statuses=RECONCILIATION_STATES,
            phone="side",
        ),
        Column("differences", "Differences", _when_compared("differences"), "integer", width=125, phone="fact"),
        Column("first_day", "First day", "c.first_day", "date", width=115, phone="fact"),
        Column("last_day", "Last day", "c.last_day", "date", width=115, phone="fact"),
        Column("asked_by", "By", "c.asked_by", width=130, searchable=True, phone="fact"),
        Column("started_at", "Started", "c.started_at", "instant", width=178, phone="fact"),
        Column("source_records", "At the source", _when_compared("source_records"), "integer", width=130),
        Column("stored_records", "In the CMMS", _when_compared("stored_records"), "integer", width=125),
        Column("waiting_records", "In quarantine", _when_compared("waiting_records"), "integer", width=130),
        Column("error_message", "Why it failed", "c.error_message", width=280, sortable=False, phone="line"),
        Column("ended_at", "Ended", "c.ended_at", "instant", width=178, hidden=True),
        Column("dag_id", "DAG", "c.dag_id", width=180, hidden=True),
        Column("run_id", "Airflow run", "c.run_id", width=260, hidden=True, searchable=True),
    ),
    tabs=(Tab("all", "All", "list", "", "Nothing has been reconciled yet: choose Reconcile in Syncs."),),
    filters=(Filter("status", "Status", choices=_STATUSES),),
    infolist=(Section("Asked for", ("asked_by", "started_at", "ended_at")),),
)
