"""Validations: stored machines and readings validated again by today's rules; each leaves a report and its findings."""

from __future__ import annotations

from collections.abc import Sequence

from cmms.figures.validations import finding_codes, report_names
from cmms.listing.definition import Join
from cmms_ui.definition.schema import Choice, Column, Filter, Resource, Section, Tab, choices_of
from cmms_ui.definition.stream_choices import stream_choices
from cmms_ui.resources.record_errors.error_codes import FINDING_CHOICES, code_label
from cmms_ui.resources.validations import text
from cmms_ui.resources.validations.report import REPORT
from cmms_ui.resources.validations.statuses import REPORT_STATES, SEVERITIES

_STREAMS = stream_choices(text.STREAM_LABELS)


def _report_choices() -> Sequence[Choice]:
    return [
        Choice(f"{report.id}", text.REPORT_CHOICE.format(id=report.id, at=report.started_at, person=report.asked_by))
        for report in report_names()
    ]


def _code_choices() -> Sequence[Choice]:
    return [Choice(code, code_label(code)) for code in finding_codes()]


VALIDATIONS = Resource(
    name="validations",
    label=text.LABEL,
    singular=text.SINGULAR,
    icon="check",
    parent="equipment",
    table="validation_reports v",
    key="v.id",
    order=(("id", True),),
    title="id",
    search_hint=text.SEARCH_HINT,
    refresh_seconds=3,
    record_widgets=(REPORT,),
    columns=(
        Column("id", text.COLUMN_ID, "v.id", "integer", width=100, link=True, phone="title"),
        Column(
            "state",
            text.COLUMN_STATE,
            "v.status",
            "status",
            width=125,
            choices=choices_of(REPORT_STATES),
            statuses=REPORT_STATES,
            phone="side",
        ),
        Column("asked_by", text.COLUMN_ASKED_BY, "v.asked_by", width=130, searchable=True, phone="fact"),
        Column("started_at", text.COLUMN_STARTED_AT, "v.started_at", "instant", width=178, phone="fact"),
        Column("machines", text.COLUMN_MACHINES, "v.machines", "integer", width=115, phone="fact"),
        Column("readings", text.COLUMN_READINGS, "v.readings", "integer", width=115, phone="fact"),
        Column("findings", text.COLUMN_FINDINGS, "v.findings", "integer", width=115, phone="fact"),
        Column("first_day", text.COLUMN_FIRST_DAY, "v.first_day", "date", width=115),
        Column("last_day", text.COLUMN_LAST_DAY, "v.last_day", "date", width=115),
        Column("error_message", text.COLUMN_ERROR_MESSAGE, "v.error_message", width=280, sortable=False, phone="line"),
        Column("ended_at", text.COLUMN_ENDED_AT, "v.ended_at", "instant", width=178, hidden=True),
    ),
    tabs=(Tab("all", text.TAB_ALL, "list", "", text.TAB_ALL_EMPTY),),
    infolist=(Section(text.SECTION_REQUESTED, ("asked_by", "started_at")),),
)

FINDINGS = Resource(
    name="validation-findings",
    label=text.FINDINGS_LABEL,
    singular=text.FINDINGS_SINGULAR,
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
    search_hint=text.FINDINGS_SEARCH_HINT,
    columns=(
        Column("id", text.FINDINGS_COLUMN_ID, "f.id", "integer", width=90, hidden=True),
        Column(
            "equipment_number",
            text.FINDINGS_COLUMN_EQUIPMENT_NUMBER,
            "e.equipment_number",
            width=215,
            searchable=True,
            leads_to=("equipment", "equipment_id"),
            phone="title",
        ),
        Column(
            "equipment_description", text.FINDINGS_COLUMN_EQUIPMENT_DESCRIPTION, "e.equipment_description", width=200
        ),
        Column("plant_code", text.FINDINGS_COLUMN_PLANT_CODE, "p.plant_code", width=90),
        Column(
            "severity",
            text.FINDINGS_COLUMN_SEVERITY,
            "f.severity",
            "status",
            width=120,
            choices=choices_of(SEVERITIES),
            statuses=SEVERITIES,
            phone="side",
        ),
        Column("code", text.FINDINGS_COLUMN_CODE, "f.code", width=200, choices=FINDING_CHOICES, phone="line"),
        Column("rule", text.FINDINGS_COLUMN_RULE, "f.rule", width=95),
        Column(
            "message",
            text.FINDINGS_COLUMN_MESSAGE,
            "f.message",
            width=330,
            searchable=True,
            sortable=False,
            phone="line",
        ),
        Column("stream", text.FINDINGS_COLUMN_STREAM, "f.stream", width=120, choices=_STREAMS),
        Column("reading_date", text.FINDINGS_COLUMN_READING_DATE, "f.reading_date", "date", width=115, phone="fact"),
        Column(
            "validation_report_id",
            text.FINDINGS_COLUMN_VALIDATION_REPORT_ID,
            "f.validation_report_id",
            "integer",
            width=100,
        ),
        Column("equipment_id", text.FINDINGS_COLUMN_EQUIPMENT_ID, "f.equipment_id", "integer", width=100, hidden=True),
    ),
    tabs=(
        Tab("all", text.FINDINGS_TAB_ALL, "list", "", text.FINDINGS_TAB_ALL_EMPTY),
        Tab(
            "critical",
            text.FINDINGS_TAB_CRITICAL,
            "alert",
            "f.severity = 'critical'",
            text.FINDINGS_TAB_CRITICAL_EMPTY,
        ),
        Tab("warning", text.FINDINGS_TAB_WARNING, "list", "f.severity = 'warning'", text.FINDINGS_TAB_WARNING_EMPTY),
    ),
    filters=(
        Filter("validation_report_id", text.FINDINGS_FILTER_VALIDATION_REPORT_ID, load_choices=_report_choices),
        Filter("code", text.FINDINGS_FILTER_CODE, load_choices=_code_choices),
    ),
    infolist=(
        Section(text.FINDINGS_SECTION_MACHINE, ("equipment_number", "equipment_description", "plant_code")),
        Section(
            text.FINDINGS_SECTION_FINDING,
            ("severity", "code", "rule", "message", "stream", "reading_date", "validation_report_id"),
        ),
    ),
)
