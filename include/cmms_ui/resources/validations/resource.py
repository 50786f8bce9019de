"""Validations: stored machines and readings judged again by today's rules; each leaves a report and its findings."""

from __future__ import annotations

from collections.abc import Sequence

from cmms.figures.validations import finding_codes, report_names
from cmms.listing.definition import Join
from cmms_ui.definition.schema import Choice, Column, Filter, Resource, Section, Tab, choices_of
from cmms_ui.resources.validations.report import REPORT
from cmms_ui.resources.validations.statuses import REPORT_STATES, SEVERITIES

_STREAMS = (Choice("equipment", "Master data"), Choice("running_time", "Readings"))


def _report_choices() -> Sequence[Choice]:
    return [
        Choice(f"{report.id}", f"{report.id}: {report.started_at:%Y-%m-%d %H:%M}, {report.asked_by}")
        for report in report_names()
    ]


def _code_choices() -> Sequence[Choice]:
    return [Choice(code, code) for code in finding_codes()]


VALIDATIONS = Resource(
    name="validations",
    label="Validations",
    singular="Validation",
    icon="check",
    parent="equipment",
    table="validation_reports v",
    key="v.id",
    order=(("id", True),),
    title="id",
    search_hint="Search person",
    refresh_seconds=3,
    record_widgets=(REPORT,),
    columns=(
        Column("id", "Report", "v.id", "integer", width=100, link=True, phone="title"),
        Column(
            "state",
            "Status",
            "v.status",
            "status",
            width=125,
            choices=choices_of(REPORT_STATES),
            statuses=REPORT_STATES,
            phone="side",
        ),
        Column("asked_by", "By", "v.asked_by", width=130, searchable=True, phone="fact"),
        Column("started_at", "Started", "v.started_at", "instant", width=178, phone="fact"),
        Column("machines", "Machines", "v.machines", "integer", width=115, phone="fact"),
        Column("readings", "Readings", "v.readings", "integer", width=115, phone="fact"),
        Column("findings", "Findings", "v.findings", "integer", width=115, phone="fact"),
        Column("first_day", "First day", "v.first_day", "date", width=115),
        Column("last_day", "Last day", "v.last_day", "date", width=115),
        Column("error_message", "Why it failed", "v.error_message", width=280, sortable=False, phone="line"),
        Column("ended_at", "Ended", "v.ended_at", "instant", width=178, hidden=True),
    ),
    tabs=(
        Tab("all", "All", "list", "", "Nothing has been validated yet: choose machines in Equipment, then Validate."),
    ),
    infolist=(Section("Asked for", ("asked_by", "started_at")),),
)

FINDINGS = Resource(
    name="validation-findings",
    label="Findings",
    singular="Finding",
    icon="alert",
    parent="validations",
    table="validation_findings f",
    key="f.id",
    joins={
        "e": Join("JOIN equipment e ON e.id = f.equipment_id"),
        "p": Join("JOIN plants p ON p.id = e.plant_id", after=("e",)),
    },
    order=(("id", True),),
    title="code",
    search_hint="Search machine or message",
    columns=(
        Column("id", "Id", "f.id", "integer", width=90, hidden=True),
        Column(
            "equipment_number",
            "Machine",
            "e.equipment_number",
            width=215,
            searchable=True,
            leads_to=("equipment", "equipment_id"),
            phone="title",
        ),
        Column("equipment_description", "Description", "e.equipment_description", width=200),
        Column("plant_code", "Plant", "p.plant_code", width=90),
        Column(
            "severity",
            "Severity",
            "f.severity",
            "status",
            width=120,
            choices=choices_of(SEVERITIES),
            statuses=SEVERITIES,
            phone="side",
        ),
        Column("code", "Code", "f.code", width=200, phone="line"),
        Column("rule", "Rule", "f.rule", width=95),
        Column("message", "Why", "f.message", width=330, searchable=True, sortable=False, phone="line"),
        Column("stream", "In", "f.stream", width=120, choices=_STREAMS),
        Column("reading_date", "Day", "f.reading_date", "date", width=115, phone="fact"),
        Column("validation_report_id", "Report", "f.validation_report_id", "integer", width=100),
        Column("equipment_id", "Machine id", "f.equipment_id", "integer", width=100, hidden=True),
    ),
    tabs=(
        Tab("all", "All", "list", "", "No validation has found anything."),
        Tab(
            "critical",
            "Would be rejected",
            "alert",
            "f.severity = 'critical'",
            "Nothing stored breaks a critical rule.",
        ),
        Tab("warning", "Warnings", "list", "f.severity = 'warning'", "Nothing stored deserves a warning."),
    ),
    filters=(
        Filter("validation_report_id", "Report", load_choices=_report_choices),
        Filter("code", "Code", load_choices=_code_choices),
    ),
    infolist=(
        Section("Machine", ("equipment_number", "equipment_description", "plant_code")),
        Section("Finding", ("severity", "code", "rule", "message", "stream", "reading_date", "validation_report_id")),
    ),
)
