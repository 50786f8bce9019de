"""What people read about work orders, in the order in which the pages show it."""

from __future__ import annotations

from cmms.words import agree, count_of

# The list: its name, columns and filters.
WORK_ORDERS = "Work orders"
WORK_ORDER = "Work order"
SEARCH_HINT = "Search number, title or machine"
ID = "ID"
ORDER = "Order"
PLANT = "Plant"
TITLE = "Title"
TYPE = "Type"
TYPE_PREVENTIVE = "Preventive"
TYPE_CORRECTIVE = "Corrective"
TYPE_INSPECTION = "Inspection"
PRIORITY = "Priority"
PRIORITY_HELP = "1 is the most urgent, 5 the least"
PRIORITY_1 = "1 (most urgent)"
PRIORITY_3 = "3 (normal)"
PRIORITY_5 = "5 (least urgent)"
STATUS = "Status"
DUE_AT_LIFE_HOURS = "Due at life hours"
DUE_ON = "Due on"
PLANNED_FOR = "Planned for"
WAITING_FOR = "Waiting for"
HOLD_REASONS = {
    "parts": "Parts",
    "access": "Access",
    "permit": "Permit",
    "vendor": "Vendor",
    "other": "Other",
}
CREATED_AT = "Created"
CREATED_BY = "Created by"
STARTED_AT = "Started"
START_COUNTER = "Counter at start"
COMPLETED_AT = "Completed"
DONE_ON = "Done on"
COMPLETION_COUNTER = "Counter at completion"
WORK_DONE = "Work done"
CANCEL_REASON = "Cancellation reason"
DESCRIPTION = "Description"
ORIGIN = "Origin"
ORIGIN_DUE = "Maintenance due"
ORIGIN_MANUAL = "Manual"
MACHINE_ID = "Machine ID"
VERSION = "Version"

# The tabs, and what each says when it is empty.
OPEN = "Open"
NONE_OPEN = "No open work orders. To create some, use 'Create work orders' in Maintenance due or Equipment."
NONE_COMPLETED = "No completed work orders."
CANCELLED = "Cancelled"
NONE_CANCELLED = "No cancelled work orders."
ALL = "All"
NO_ORDERS = "No work orders yet."

# The record: its sections.
SECTION_WORK = "Work"
SECTION_DUE = "Due"
SECTION_START = "Created and started"
SECTION_END = "Completion"

# Create work orders for what is due: the preview and the result.
PLANNED_HELP = "When the work should be done. Optional."
NOTE = "Note"


def would_create(count: int) -> str:
    """New work orders, beforehand."""
    return f"{count_of(count, 'work order')} would be created."


def created(count: int) -> str:
    """New work orders."""
    return f"{count_of(count, 'work order')} created."


def already_ordered(count: int) -> str:
    """Maintenance due that has a work order before."""
    return f"{count:,} already {agree(count, 'has', 'have')} a work order."


def no_longer_open(count: int) -> str:
    """Maintenance that is not due any more, or done."""
    return f"{count:,} {agree(count, 'is', 'are')} no longer open."


def nothing_due(machines: int) -> str:
    """Machines at which nothing is due."""
    return f"Nothing is due at {count_of(machines, 'machine')}."


MACHINE = "Machine"
PLAN = "Plan"
RESULT = "Result"
ROW_NEW = "new work order"
ROW_ORDERED = "already has {order}"
ROW_NOT_OPEN = "no longer open"
ROW_NOTHING_DUE = "nothing due"
ROW_MORE = "and {count:,} more"
LINE_CREATED = "✓ {order}, {machine}, {plan}: created"
LINE_ALREADY = "= {order}, {machine}, {plan}: already open"
LINE_NOT_OPEN = "– {machine}, {plan}: no longer open"
LINE_NOTHING_DUE = "– {machine}: nothing due"

# A new work order without a plan.
NEW = "New work order"
CREATE = "Create"
NEW_EXPLAIN = "For work that no plan covers. For maintenance that is due under a plan, use 'Create work orders'."
NEW_TITLE = "{machine}: "
ORDER_CREATED = "{order} created."
ORDER_LINE = "{order}: {title}"

# Start.
START = "Start"
START_EXPLAIN = "Starts the work, or resumes it after a hold. The counter at the first start is recorded."
STARTED = "Work started."

# Complete.
COMPLETE = "Complete"
COMPLETE_EXPLAIN = "Marks the maintenance as done. Its plan counts from this counter and date."
COMPLETION_READING = "Counter at completion, hours"
COMPLETION_READING_HELP = "Required if the machine has readings; not lower than at the start of the work."
COMPLETION_DATE_HELP = "Today, unless you choose an earlier day."
COMPLETED = "Work completed. Its plan counts from this counter and date."

# Put on hold.
HOLD = "Put on hold"
HOLD_EXPLAIN = "The work waits until someone chooses 'Start'."
ON_HOLD = "Work put on hold."

# Close.
CLOSE = "Close order"
CLOSE_EXPLAIN = "Confirms that someone has checked the finished work. A closed work order can no longer be changed."
CLOSED = "Work order closed."

# Reopen.
REOPEN = "Reopen"
REOPEN_EXPLAIN = (
    "For work that was not done after all. Its maintenance counts as ordered again, and the plan counts from "
    "where it did before the completion."
)
REOPENED = "Work order in progress again. Its plan counts from where it did before."

# Edit.
EDIT = "Edit"
SAVE = "Save"
SAVED = "Changes saved."

# Cancel.
CANCEL = "Cancel order"
CANCEL_EXPLAIN = "The work will not be done. What was due is open again and can get another work order."
REASON = "Reason"
ORDER_CANCELLED = "Work order cancelled. What was due is open again."
