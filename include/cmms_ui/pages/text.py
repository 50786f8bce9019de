"""Texts of the frame and of the pages that all resources share, from the top of the window down."""

from __future__ import annotations

from cmms.words import count_of

# Frame
PRODUCT = "CMMS"
SKIP = "Skip to content"
MENU = "Menu"
DASHBOARD = "Dashboard"
DIAGNOSTICS = "Diagnostics"
FIND = "Find"
FIND_KEYS = "Ctrl K"
FIND_HINT = "A page, an action, or a machine's number or description"
FOUND = "Results"
REFRESH_INTERVAL = "Refresh interval of this page"
REFRESH_LIVE = "Live"
REFRESH_30 = "30 s"
REFRESH_300 = "5 min"
REFRESH_MANUAL = "Manual"
ALERT = "Alert"
BREADCRUMBS = "Breadcrumbs"
CLOSE = "Close"
LOADING = "Loading ..."

# List
SHOW_FIGURES = "Show figures"
CLEAR_FILTERS = "Clear"
QUICK_FILTERS = "Quick filters"
EXPORT = "Export"
EXPORT_XLSX = "Excel (.xlsx)"
EXPORT_CSV = "CSV"
EXPORT_JSON = "JSON"
EXPORT_PRINT = "Print"
SELECT_ALL = "Select all that match"
CLEAR_SELECTION = "Clear selection"
TODAY = "Today"
YESTERDAY = "Yesterday"
LAST_7_DAYS = "Last 7 days"
LAST_30_DAYS = "Last 30 days"
THIS_MONTH = "This month"

# Record
RECORD_TITLE = "{kind} {record}"

# Dialog of an action
BACK = "Back"
PREVIEW = "Preview"
PREVIEW_CAPTION = "Planned changes"
PROGRESS = "Progress of the action"
PROGRESS_STARTED = "Working on {total:,} rows ..."
PROGRESS_DONE = "{done:,} of {total:,} done"
SHOW_IT = "Show details"
CLEAR_FIELD = "Clear: {field}"


def describe_rows(count: int) -> str:
    """How many rows the action changes."""
    return f"Applies to {count_of(count, 'row')}."


# Diagnostics
DIAGNOSTICS_INTRODUCTION = (
    "Checks the package, connections, database server, source, storage, Airflow and alerts from this API server."
    " Nothing is changed or sent. This takes a few seconds, or up to a minute if a server does not respond."
)
DIAGNOSTICS_FORBIDDEN = "Only administrators can run diagnostics."
DIAGNOSTICS_RUN = "Run diagnostics"
DIAGNOSTICS_EMPTY = "Diagnostics have not been run on this server yet."

# Catalogue
CATALOGUE = "Catalogue"
CATALOGUE_PARTS = "Parts"
CATALOGUE_WIDGETS = "Widgets"
