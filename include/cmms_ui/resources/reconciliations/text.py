"""Texts of reconciliations, in the order in which pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cmms.words import agree, count_of

# Title, search
LABEL = "Reconciliations"
SINGULAR = "Reconciliation"
SEARCH_HINT = "Search person"

# Tabs
TAB_ALL = "All"
TAB_ALL_EMPTY = "No reconciliations yet. Choose Reconcile in Syncs."

# Filters
FILTER_STATUS = "Status"

# Columns
COLUMN_ID = "Result"
COLUMN_STATUS = "Status"
COLUMN_DIFFERENCES = "Differences"
COLUMN_FIRST_DAY = "First day"
COLUMN_LAST_DAY = "Last day"
COLUMN_ASKED_BY = "Requested by"
COLUMN_STARTED_AT = "Started"
COLUMN_SOURCE_RECORDS = "At the source"
COLUMN_STORED_RECORDS = "In the CMMS"
COLUMN_WAITING_RECORDS = "In quarantine"
COLUMN_ERROR_MESSAGE = "Failure reason"
COLUMN_ENDED_AT = "Ended"
COLUMN_DAG_ID = "DAG"
COLUMN_RUN_ID = "Airflow run"

# Sections of the record page
SECTION_REQUESTED = "Requested"

# Widgets
WIDGET_RECONCILED = "Reconciliations"
RECONCILED_EMPTY = "The CMMS has not been reconciled with the source yet."
RECONCILED_HEADS = ("Result", "Status", "Scope", "Differences", "Requested by", "Started")
RECONCILED_CAPTION = "Latest reconciliations"
RECONCILED_ALL = "All reconciliations"


def describe_scope(first: date, last: date, plants: Sequence[str]) -> str:
    """``2026-01-24 to 2026-01-30, all plants``."""
    days = f"{first}" if first == last else f"{first} to {last}"
    where = f"{agree(len(plants), 'plant', 'plants')} {', '.join(plants)}" if plants else "all plants"
    return f"{days}, {where}"


# Widget: result of one reconciliation
WIDGET_RESULT = "Result"
RESULT_DELETED = "This result does not exist any more."
PROGRESS_PLANNING = "Planning the requests."
PROGRESS_BACKGROUND = "The reconciliation continues in the background."
RESULT_COUNTS = "{source} at the source, {waiting:,} more in quarantine, {stored:,} in the CMMS."
RESULT_EQUAL = "✓ The CMMS matches the source."
FIGURES_HEADS = (
    *("Day", "Plant", "Source", "Quarantine", "CMMS"),
    *("Hours at the source", "Hours in the CMMS", "Differences"),
)
FIGURES_CAPTION = "Plants and days with differences"
DIFFERENCES_HEADS = ("Day", "Plant", "Machine", "Difference", "Details")
DIFFERENCES_MORE = "Only the first {listed:,} of {total:,} are listed."
DIFFERENCES_ADVICE = (
    "To resolve a difference, sync that day or the equipment again. Records that the source no longer has stay in the"
    " CMMS."
)
KINDS = {
    "missing": "Missing in the CMMS",
    "extra": "Missing at the source",
    "hours": "Hours or counter differ",
    "plant": "Plants differ",
    "rejected": "Rejected, not in quarantine",
    "incomplete": "Incomplete response",
    "not_compared": "Not compared",
    "moved": "Being synced",
}


def describe_progress(done: int, requests: int) -> str:
    """How far the comparison has come."""
    return f"{done:,} of {count_of(requests, 'request')} compared."
