"""Texts of the parts that pages and widgets are drawn with."""

from __future__ import annotations

# Ages, durations, changes
FRESH = "Fresh"
LATE = "Late"
OVERDUE = "Overdue"
NEVER = "never"
JUST_NOW = "just now"
MINUTES_AGO = "{minutes:.0f} min ago"
HOURS_AGO = "{hours:.0f} h ago"
DAYS_AGO = "{days:.0f} days ago"
UNKNOWN = "unknown"
NOTHING_TO_COMPARE = "– no comparison"
NOTHING_TO_COMPARE_TITLE = "No data for {than}"
UNCHANGED = "= unchanged"
UNCHANGED_TITLE = "Same as {than}"
UP_TITLE = "Up from {than}"
DOWN_TITLE = "Down from {than}"

# Types of syncs
SYNCS = {"equipment": "Equipment", "running_time": "Running time", "replay": "Replay", "cleanup": "Clean-up"}

# Links to Airflow
TASK_LOG = "Log of {task}"
MAPPED_TASK_LOG = "Log of {task} {number}"
RUN_IN_AIRFLOW = "Run and task logs in Airflow"
FILTER_BY = "Filter the list by {value}"

# Widgets
REFRESHES_ON_CHANGE = "Refresh {widget}. Updates automatically when something changes."
REFRESHES_EVERY = "Refresh {widget}. Updates every {seconds} s."
REFRESHES_MANUALLY = "Refresh {widget}. Updates only when you press this button."
OPTION = "{widget}: {option}"

# Saved views
VIEWS = "Views"
VIEWS_TITLE = "Saved views"
VIEWS_EMPTY = "No saved views yet. Set the tab, filters and columns, then save them as a view."
VIEWS_NONE = "No view"
VIEW_NAME = "Save this list as"
VIEW_DEFAULT = "Open the list with this view"
VIEW_SHARED = "Share with everyone"
VIEW_SHARED_HELP = "You need permission to edit to share views."
VIEW_SAVE = "Save view"
VIEW_DELETE = "Delete the view {view}"
VIEW_MISSING_TITLE = "Saved view"
VIEW_MISSING = "Parts of this view no longer exist and were left out: {parts}."


def describe_view(owner: str | None, *, is_shared: bool, is_default: bool) -> str:
    """What stands behind a view's name; ``owner`` is somebody else, or None."""
    facts = []
    if owner is not None:
        facts.append(f"by {owner}")
    elif is_shared:
        facts.append("shared")
    if is_default:
        facts.append("default")
    return f" ({', '.join(facts)})" if facts else ""


# Columns
COLUMNS = "Columns"
COLUMNS_HELP = "Drag headers to reorder columns and their edges to resize them. Your changes are saved."
COLUMNS_RESET = "Reset columns"
DETAILS = "Show details beside the list"

# Search by conditions
SEARCH_TITLE = "Search by conditions"
SEARCH_CLEAR = "Clear search"
SEARCH = "Search"
SEARCH_CONDITION = "Condition"
SEARCH_GROUP = "Group"
SEARCH_CONDITIONS = "Conditions"
SEARCH_ALL = "Match all"
SEARCH_ANY = "Match any"
SEARCH_RELATION = "{relation}: one for which"
SEARCH_SOME = "there is one"
SEARCH_NONE = "there is none"
SEARCH_FIELD = "Field"
SEARCH_OPERATOR = "Operator"
SEARCH_VALUE = "Value"
SEARCH_VALUES_HINT = "Press Enter after each value"
SEARCH_DAY = "Day"
SEARCH_REMOVE_GROUP = "Remove this group"
SEARCH_REMOVE_CONDITION = "Remove this condition"
YES = "Yes"
NO = "No"
CLOSE = "Close"
OPERATORS = {
    "contains": "contains",
    "starts": "begins with",
    "equals": "is",
    "not_equals": "is not",
    "in": "is one of",
    "less": "is less than",
    "at_most": "is at most",
    "greater": "is more than",
    "at_least": "is at least",
    "between": "is between",
    "blank": "is empty",
    "not_blank": "is not empty",
}
DAY_OPERATORS = {
    "less": "is before",
    "at_most": "is on or before",
    "greater": "is after",
    "at_least": "is on or after",
}

# A search in words
IN_WORDS_AND = ", and "
IN_WORDS_OR = ", or "
IN_WORDS_BETWEEN = " and "
IN_WORDS_SOME = "a {relation}"
IN_WORDS_NONE = "no {relation}"
IN_WORDS_SOME_WITH = "a {relation} for which {conditions}"
IN_WORDS_NONE_WITH = "no {relation} for which {conditions}"

# What has been done, by the action of the audit log; `sync` is a change by a sync
AUDIT_ACTIONS = {
    "accept_counter": "Counter accepted",
    "accept_reading": "Reading accepted",
    "acknowledge": "Acknowledged",
    "activate": "Activated",
    "cancel": "Cancelled",
    "close": "Closed",
    "complete": "Completed",
    "correct": "Corrected",
    "create": "Created",
    "deactivate": "Deactivated",
    "delete": "Deleted",
    "discard": "Discarded",
    "edit": "Edited",
    "evaluate": "Maintenance evaluated",
    "hold": "Put on hold",
    "install": "Installed",
    "move": "Group changed",
    "pause": "Paused",
    "refused": "Refused",
    "remove": "Schedule removed",
    "reopen": "Reopened",
    "reopen_reading": "Decision withdrawn",
    "replay": "Replayed",
    "reschedule": "Date changed",
    "resume": "Resumed",
    "resume_all": "All syncs resumed",
    "retry": "Retried",
    "save": "Saved",
    "schedule": "Scheduled",
    "serviced": "Marked as serviced",
    "start": "Started",
    "stop_all": "All syncs stopped",
    "sync": "Sync",
    "take_over": "Acknowledged",
    "trigger": "Run started",
    "undo_void": "Reading valid again",
    "uninstall": "Removed from its machine",
    "validate": "Validated",
    "void_reading": "Reading declared void",
    "withdraw": "Withdrawn",
}


def action_label(action: str) -> str:
    """What people read for an action of the audit log; one that another version wrote is shown as it is."""
    return AUDIT_ACTIONS.get(action, action)
