"""What people read about maintenance plans, in the order in which the pages show it."""

from __future__ import annotations

from cmms.words import agree, count_of

# Columns that all lists of maintenance share.
MACHINE = "Machine"
PLAN = "Plan"

# The list: its name and columns.
PLANS = "Maintenance plans"
SEARCH_HINT = "Search name"
ID = "ID"
NAME = "Name"
STATUS = "Status"
APPLIES_TO = "Applies to"
INTERVAL = "Interval"
MACHINES = "Machines"
OVERDUE = "Overdue"
DUE = "Due"
UPCOMING = "Upcoming"
PRIORITY = "Priority"
SCOPE = "Scope"
SCOPE_CHOSEN = "Chosen machines"
SCOPE_GROUP = "A group"
SCOPE_PLANT = "A plant"
SCOPE_ALL = "All machines"
INTERVAL_HOURS = "Interval, hours"
INTERVAL_DAYS = "Interval, days"
COUNTING = "Counting"
COUNT_FLOATING = "From the last service"
COUNT_FIXED = "Multiples of the interval"
WITHOUT_SERVICE = "Without a known service"
START_NOW = "Count from now"
START_ZERO = "Count from counter 0"
LEAD_HOURS = "Lead, hours"
LEAD_DAYS = "Lead, days"
TOLERANCE_HOURS = "Tolerance, hours"
TOLERANCE_DAYS = "Tolerance, days"
DESCRIPTION = "Description"
ADDED = "Added"
CHANGED = "Changed"
GROUP_ID = "Group ID"
PLANT_ID = "Plant ID"
ACTIVE = "Active"
VERSION = "Version"

# How often a plan is due. The database puts the column Interval together from these words.
EVERY = "every"
OR = "or"
HOUR = "h"
DAY = "day"
DAYS = "days"


def every_hours(hours: str) -> str:
    """An interval of running hours."""
    return f"every {hours} h"


def every_days(days: int) -> str:
    """An interval of days."""
    return f"every {count_of(days, 'day')}"


def every_hours_or_days(hours: str, days: int) -> str:
    """An interval of both: whichever comes first."""
    return f"every {hours} h or {count_of(days, 'day')}"


# What is left of an interval.
HOURS_OVER = "{hours:,.1f} h over"
HOURS_TO_GO = "{hours:,.1f} h to go"


def days_over(days: int) -> str:
    """Days since the due date."""
    return f"{count_of(days, 'day')} over"


def days_to_go(days: int) -> str:
    """Days until the due date."""
    return f"{count_of(days, 'day')} to go"


# How much of an interval is used.
NO_READING_YET = "no reading yet"
SINCE_SERVICE = "{hours:,.1f} h since service, {plan}"
NO_PLAN = "no plan"
PLAN_USED = "{used}, {percent:.0f} %: {plan}"
HOURS_USED = "{used:,.1f} of {interval:,.0f} h"


def days_used(used: int, interval: int) -> str:
    """Days of the interval that have passed."""
    return f"{used:,} of {count_of(interval, 'day')}"


# The tabs, and what each says when it is empty.
ALL = "All"
NO_PLANS = "No plans yet. A plan defines the maintenance that machines need after a number of hours or days."
NONE_ACTIVE = "No active plans."
INACTIVE = "Inactive"
NONE_INACTIVE = "No inactive plans."

# The record: its sections.
SECTION_HISTORY = "History"

# The machines of a plan.
FIGURE_OVERDUE = "‼ Overdue"
FIGURE_DUE = "! Due"
FIGURE_UPCOMING = "▲ Upcoming"
FIGURE_OK = "✓ OK"
FIGURE_NO_READING = "· No reading"
FIGURE_SUSPENDED = "– Suspended"
NO_MACHINES = "This plan covers no machines."
VIEW_SCHEDULES = "View schedules"
SCHEDULES_NOTE = "One schedule per machine, as of the last evaluation."

# The plans of a group.
ADD_PLAN = "Add a plan for this group under Maintenance plans."
NO_PLAN_OF_GROUP = "No plan covers this group."
INACTIVE_PLAN = "{name} (inactive)"
PLANS_OF_GROUP = "Maintenance plans of this group"

# The form of a plan.
NAME_HELP = "For example: Oil change."
SCOPE_HELP = "Chosen machines: add them with 'Schedule maintenance' in Equipment."
GROUP = "Group"
PLANT = "Plant"
INTERVAL_HOURS_HELP = "Running hours between two services. If days are set too, whichever comes first applies."
INTERVAL_DAYS_HELP = "Days between two services, whether the machine runs or not."
COUNTING_HELP = (
    "Example: an interval of 500 h, serviced at 700 h. Counted from the last service, the next is due at "
    "1,200 h; by multiples, at 1,000 h."
)
START_FROM = "Machines without a known service"
START_FROM_HELP = "Counted from 0, a machine that has run longer than the interval is due at once."
LEAD_HOURS_HELP = "Shown as upcoming this many hours before it is due."
LEAD_DAYS_HELP = "Shown as upcoming this many days before it is due."
TOLERANCE_HOURS_HELP = "Overdue when more than this many hours past due."
TOLERANCE_DAYS_HELP = "Overdue when more than this many days past due."
PRIORITY_HELP = "1 is the most urgent, 5 the least. Work orders inherit it."
DESCRIPTION_HELP = "What needs to be done."
ACTIVE_HELP = "An inactive plan does not make anything due."

# Actions: create and edit.
NEW = "New plan"
CREATE = "Create"
CREATE_EXPLAIN = (
    "Set hours, days or both. All machines of the plan are evaluated right away, which takes some seconds for "
    "thousands of machines."
)
CREATED = "Plan {name} created."
EDIT = "Edit"
SAVE = "Save"
EDIT_EXPLAIN = "Past services stay as they are; what is due is calculated again."
SAVED = "Changes saved."


def evaluated(machines: int) -> str:
    """All machines of a plan that was saved."""
    return f"{count_of(machines, 'machine')} evaluated."


def not_evaluated(count: int, machines: int) -> str:
    """Machines of a plan that was saved which are left to the next evaluation."""
    return (
        f"{count:,} of {count_of(machines, 'machine')} {agree(count, 'has', 'have')} not been evaluated yet."
        " The daily evaluation or 'Evaluate now' will do this."
    )


def would_cover(machines: int, due: int) -> str:
    """What a plan would cover, beforehand."""
    return f"The plan would cover {count_of(machines, 'machine')}, {due:,} of them due today."


WOULD_OPEN = "Maintenance due: {opened:,} new."
WOULD_OPEN_AND_WITHDRAW = "Maintenance due: {opened:,} new, {withdrawn:,} withdrawn."


def only_tried(count: int, machines: int) -> str:
    """How far the preview of a large plan goes."""
    return (
        f"This preview covers the first {count:,} of {count_of(machines, 'machine')}; saving evaluates the others too."
    )


STATE = "State"
MACHINES_NOW = "Machines now"
MACHINES_THEN = "Machines after saving"

# Actions: evaluate.
EVALUATE_NOW = "Evaluate now"
EVALUATE = "Evaluate"
EVALUATE_EXPLAIN = (
    "Evaluates all machines against all plans, as the daily evaluation after the running time sync does. With many "
    "machines this takes a while."
)


def evaluation(schedules: int, due: int, withdrawn: int, changed: int) -> str:
    """What an evaluation has found."""
    return (
        f"{count_of(schedules, 'schedule')} evaluated: {due:,} became due, {withdrawn:,} no longer due,"
        f" {changed:,} changed."
    )
