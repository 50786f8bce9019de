"""Texts of validations, in the order in which pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.words import count_of

# Title, search
LABEL = "Validations"
SINGULAR = "Validation"
SEARCH_HINT = "Search person"
FINDINGS_LABEL = "Findings"
FINDINGS_SINGULAR = "Finding"
FINDINGS_SEARCH_HINT = "Search machine or message"

# Tabs
TAB_ALL = "All"
TAB_ALL_EMPTY = "No validations yet. Select machines in Equipment and choose Validate."
FINDINGS_TAB_ALL = "All"
FINDINGS_TAB_ALL_EMPTY = "No findings."
FINDINGS_TAB_CRITICAL = "Would be rejected"
FINDINGS_TAB_CRITICAL_EMPTY = "No stored record breaks a critical rule."
FINDINGS_TAB_WARNING = "Warnings"
FINDINGS_TAB_WARNING_EMPTY = "No stored record has a warning."

# Filters
FINDINGS_FILTER_VALIDATION_REPORT_ID = "Report"
FINDINGS_FILTER_CODE = "Code"

# Columns
COLUMN_ID = "Report"
COLUMN_STATE = "Status"
COLUMN_ASKED_BY = "Requested by"
COLUMN_STARTED_AT = "Started"
COLUMN_MACHINES = "Machines"
COLUMN_READINGS = "Readings"
COLUMN_FINDINGS = "Findings"
COLUMN_FIRST_DAY = "First day"
COLUMN_LAST_DAY = "Last day"
COLUMN_ERROR_MESSAGE = "Failure reason"
COLUMN_ENDED_AT = "Ended"
FINDINGS_COLUMN_ID = "ID"
FINDINGS_COLUMN_EQUIPMENT_NUMBER = "Machine"
FINDINGS_COLUMN_EQUIPMENT_DESCRIPTION = "Description"
FINDINGS_COLUMN_PLANT_CODE = "Plant"
FINDINGS_COLUMN_SEVERITY = "Severity"
FINDINGS_COLUMN_CODE = "Code"
FINDINGS_COLUMN_RULE = "Rule"
FINDINGS_COLUMN_MESSAGE = "Message"
FINDINGS_COLUMN_STREAM = "Data"
FINDINGS_COLUMN_READING_DATE = "Day"
FINDINGS_COLUMN_VALIDATION_REPORT_ID = "Report"
FINDINGS_COLUMN_EQUIPMENT_ID = "Machine ID"

# Sections of the record page
SECTION_REQUESTED = "Requested"
FINDINGS_SECTION_MACHINE = "Machine"
FINDINGS_SECTION_FINDING = "Finding"

# Widgets
WIDGET_REPORT = "Findings by rule"
REPORT_DELETED = "This report does not exist any more."
REPORT_CLEAN = "No rule is broken."
REPORT_CLEAN_SO_FAR = "No findings so far."
REPORT_HEADS = ("Severity", "Code", "Rule", "Example", "Data", "Findings", "Machines")
REPORT_CHOICE = "{id}: {at:%Y-%m-%d %H:%M}, {person}"


def describe_report(report: Mapping[str, Any]) -> str:
    """What has been validated so far: machines, readings and their days."""
    machines, readings = count_of(report["machines"], "machine"), count_of(report["readings"], "reading")
    if not report["first_day"]:
        return f"{machines} and {readings} validated."
    return f"{machines} and {readings} from {report['first_day']} to {report['last_day']} validated."


# Choices
STREAM_LABELS = {"equipment": "Master data", "running_time": "Readings"}
