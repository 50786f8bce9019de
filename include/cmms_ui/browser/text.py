"""Texts of what happens in an open page: those that callbacks answer with, and those of the scripts."""

from __future__ import annotations

from cmms.words import count_of

# Notices
CLOSE = "Close"
RELOAD = "This page is out of date. Reload it."
SOMETHING_WENT_WRONG = "Something went wrong. The API server's log has the details."

# Bell and banner
NOTIFICATIONS = "Notifications"
UNREAD_NOTIFICATIONS = "Notifications, {unread:,} unread"
DETAILS = "Details"
OCCURRENCES = " ({count:,} times)"
RUN = "Run"
RETRY = "Retry"
ACKNOWLEDGE = "Acknowledge"

# Pages
NOT_FOUND = "This page does not exist."
TO_DASHBOARD = "Go to the dashboard"
FOREIGN_ADDRESS = "this address is not part of this view"

# Palette
MACHINES = "Machines"
PAGES = "Pages"
ACTIONS = "Actions"
DASHBOARD = "Dashboard"
DIAGNOSTICS = "Diagnostics"
NO_RESULTS = "No results."
PAGE_TAB = "{page}: {tab}"
START_ACTION = " {action} …"

# Lists
NO_MATCHES = "No results. Clear the search or a filter."
CHANGED_MEANWHILE = "Someone else changed this row in the meantime. The list now shows the current values."
NO_SUCH_RECORD = "this record does not exist"
NO_SUCH_LIST = "this page has no list"
CHIP = "{chip} ({count:,})"
SEARCH_SUMMARY = "Only: "
OPEN_RECORD = "Open {record}"
DETAILS_TITLE = "{kind} {record}"


def describe_rows(count: int, *, is_limit: bool) -> str:
    """How many rows a list has; ``100,000 rows or more`` where it is not counted further."""
    return f"{count_of(count, 'row')} or more" if is_limit else count_of(count, "row")


# Saved views
VIEW_SAVED = "Saved as {view}."
VIEW_DELETED = "View deleted."
NO_SUCH_VIEW = "this view does not exist"

# Widgets
WIDGET_GONE = "This widget does not exist any more."
RECORD_GONE = "This record does not exist."

# Actions
SELECT_FIRST = "Select rows in the list first. You can then choose 'Select all that match'."
FORBIDDEN = "You do not have permission for this action: {action}."
ACTION_TITLE = "{action}: {record}"
TOO_MANY_ROWS = "select at most {limit:,} rows, or all matching rows"
STARTED = "Started"
PREVIEW = "Preview"
BUTTON_PROBLEM = "the button's values: {problem}"
BUTTON_NO_OBJECT = "the button's values are not an object"
BUTTON_WRONG_KIND = "the button's values: {field} has the wrong type"
BUTTON_LIST = "the button's values: {field} must be a list"


def list_has_changed(rows: int) -> str:
    """The selection of all matching rows means other rows by now."""
    return (
        f"The list has changed since you opened this dialog: {count_of(rows, 'row matches', 'rows match')} now. Select"
        " the rows again."
    )


# Machine page
NO_SUCH_MACHINE = "this machine does not exist"
MACHINE_ACTIVE = "The machine is active again."
MACHINE_INACTIVE = "The machine is now inactive."

# Diagnostics
NO_CHECK_FAILED = "No check failed."


def checks_failed(faults: int) -> str:
    """How many checks have failed."""
    return f"{count_of(faults, 'check')} failed."


# Scripts: what the JavaScript of this folder shows, as `cmms.text` (cmms_ui.make_script). `{count}` is filled in there.
SCRIPTS: dict[str, str | list[list[str]]] = {
    "sessionOver": "Your session has expired. Log in again. Anything you have typed stays in this window.",
    "logIn": "Log in",
    "continue": "Continue",
    "close": CLOSE,
    "shortcuts": "Keyboard shortcuts",
    "shortcutKeys": [
        ["Ctrl K, Cmd K", "Find a page, an action or a machine"],
        ["/", "Search the list"],
        ["g d, g e, g s, g r", "Go to the dashboard, equipment, syncs, record errors"],
        ["?", "Show this help"],
        ["Esc", "Close the dialog, menu or this help"],
        ["Arrow keys", "Move between list cells, chart points or machines in the health view"],
        ["Enter", "Edit the selected cell, or open the machine"],
        ["Space", "Select the row"],
    ],
    "oneSelected": "1 row selected",
    "manySelected": "{count} rows selected",
    "matchingSelected": "All {count} that match are selected",
    "selectMatching": "Select all {count} that match",
    "detailsOf": "Details of {record}",
    "chart": "Chart",
    "chartKeys": "{chart}: use the arrow keys to read each point",
}
