"""Texts of notifications, in the order in which pages show them."""

from __future__ import annotations

from cmms.words import count_of

# Title, search
LABEL = "Notifications"
SINGULAR = "Notification"
SEARCH_HINT = "Search title"

# Tabs
TAB_OPEN = "Open"
TAB_OPEN_EMPTY = "No open notifications."
TAB_RESOLVED = "Resolved"
TAB_RESOLVED_EMPTY = "No resolved notifications."
TAB_SUCCESSFUL = "Successful runs"
TAB_SUCCESSFUL_EMPTY = "No successful runs yet."
TAB_SUCCESSFUL_HINT = "Successful runs are listed here only. They are not sent to anyone, and the bell ignores them."
TAB_ALL = "All"
TAB_ALL_EMPTY = "No notifications yet."

# Filters
FILTER_LEVEL = "Level"
FILTER_LAST_AT = "Last seen"

# Chips
CHIP_OVERDUE = "Overdue"

# Columns
COLUMN_ID = "ID"
COLUMN_LEVEL = "Level"
COLUMN_TITLE = "Title"
COLUMN_STATUS = "Status"
COLUMN_OCCURRENCES = "Occurrences"
COLUMN_LAST_AT = "Last seen"
COLUMN_FIRST_AT = "First seen"
COLUMN_RESPOND_BY = "Respond by"
COLUMN_OVERDUE = "Overdue"
COLUMN_RULE_KEY = "Rule"
COLUMN_SYNC_LOG_ID = "Run"
COLUMN_ACK_BY = "Acknowledged by"
COLUMN_ACK_AT = "Acknowledged"
COLUMN_RESOLVED_AT = "Resolved at"
COLUMN_NOTE = "Note"
COLUMN_ROW_VERSION = "Version"

# Sections of the record page
SECTION_NOTIFICATION = "Notification"
SECTION_WHEN = "When"
SECTION_WHO = "Who"

# Widgets
WIDGET_DETAILS = "Details"
DETAILS_DELETED = "This notification does not exist any more."
DETAILS_EMPTY = "No details are available."
RUN_LINK = "Run {run}"

# Actions
READ = "Mark as read"
READ_CONFIRM = "Mark as read"
ACKNOWLEDGE = "Acknowledge"
ACKNOWLEDGE_CONFIRM = "Acknowledge"
ACKNOWLEDGE_EXPLAIN = (
    "Shows others that you are working on it. The alert closes automatically when its cause is resolved."
)

# Fields
FIELD_NOTE = "Note"


# Results of actions
MARKED_AS_READ = "Marked as read."


def acknowledged(count: int) -> str:
    """How many are the person's now."""
    return f"{count_of(count, 'notification')} acknowledged."
