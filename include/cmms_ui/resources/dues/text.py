"""What people read about maintenance that is due, in the order in which the pages show it."""

from __future__ import annotations

# The list: its name, columns and filters.
MAINTENANCE_DUE = "Maintenance due"
SEARCH_HINT = "Search machine or plan"
ID = "ID"
DUE_STATUS = "Due status"
DUE_STATUS_HELP = "Current state of the schedule"
STATUS = "Status"
HOURS_TO_GO = "Hours to go"
HOURS_TO_GO_HELP = "Negative: past due"
DUE_AT_LIFE_HOURS = "Due at life hours"
DUE_ON = "Due on"
PREDICTED = "Predicted"
TRIGGER = "Trigger"
TRIGGER_HOURS = "Hours"
TRIGGER_CALENDAR = "Calendar"
PRIORITY = "Priority"
PRIORITY_HELP = "1 is the most urgent, 5 the least"
WORK_ORDER = "Work order"
DETECTED_ON = "Detected on"
PLANT = "Plant"
DETECTED_HOURS = "Counter when detected"
DAYS_TO_GO = "Days to go"
REASON = "Reason"
DECIDED_BY = "Decided by"
DECIDED_AT = "Decided at"
URGENCY = "Urgency"
URGENCY_HELP = "1 overdue, 2 due, 3 no longer due"
MACHINE_ID = "Machine ID"
PLAN_ID = "Plan ID"
ORDER_ID = "Work order ID"
VERSION = "Version"
PLAN = "Plan"

# The tabs, and what each says when it is empty.
OPEN = "Open"
NONE_OPEN = "No maintenance is due without a work order."
OPEN_HINT = "Maintenance that is due but has no work order yet."
ORDERED = "Ordered"
NONE_ORDERED = "No maintenance has an unfinished work order."
DONE = "Done"
NONE_DONE = "No maintenance has been completed yet."
ALL = "All"
NONE_YET = "No maintenance has been due yet. Maintenance plans define what becomes due."

# The record: its sections.
SECTION_DUE = "Due"
SECTION_STATE = "Current state"
SECTION_DETECTED = "Detected"
SECTION_RESOLUTION = "Resolution"

# Actions.
CREATE_ORDERS = "Create work orders"
CREATE = "Create"
CREATE_EXPLAIN = (
    "Creates one work order for each maintenance due. Maintenance that already has a work order is skipped."
)

# The queue on the dashboard.
SORT_BY = "Sort by"
SORT_DUE = "Overdue, then date"
SORT_PRIORITY = "Priority, then most overdue"
QUEUE_EMPTY = (
    "No maintenance is due without a work order. Maintenance plans define what becomes due; they are evaluated daily."
)
MACHINE = "Machine"
TO_GO = "To go"
REACHED_OR_PREDICTED = "Reached or predicted"
NO_FORECAST = "no forecast"
CREATE_ORDER = "Create work order"
WITHOUT_ORDER = "Maintenance due without a work order"
ALL_WITHOUT_ORDER = "All due without a work order: {count:,}"
IN_PROGRESS = "With a work order: {count:,}"

# The page of a machine: what is due, and work orders.
DUE_AND_ORDERS = "Maintenance due and work orders"
NONE_AT_MACHINE = "No maintenance has been due for this machine."
TITLE = "Title"
PLANNED_FOR = "Planned for"
DONE_ON = "Done on"
AT_COUNTER = "At counter"
WORK_ORDERS = "Work orders"
NO_ORDERS_OF_MACHINE = "No work orders for this machine."
ALL_DUES = "All maintenance due"
ALL_ORDERS = "All work orders"

# The page of a work order: its history.
HISTORY = "History"
NO_HISTORY = "No changes to this work order yet."
WHEN = "When"
WHO = "Who"
FROM = "From"
TO = "To"
NOTE = "Note"
TRANSITIONS = "Status changes of the work order"
