"""What people read about schedules, in the order in which the pages show it."""

from __future__ import annotations

from cmms.words import count_of

# The list: its name, columns and filters.
SCHEDULES = "Schedules"
SCHEDULE = "Schedule"
SEARCH_HINT = "Search machine or plan"
ID = "ID"
STATE = "State"
HOURS_TO_GO = "Hours to go"
DUE_AT_LIFE_HOURS = "Due at life hours"
DAYS_TO_GO = "Days to go"
DUE_ON = "Due on"
PREDICTED = "Predicted"
PLANT = "Plant"
COUNTED_FROM_HOURS = "Counted from, hours"
COUNTED_FROM = "Counted from"
ASSIGNED_BY = "Assigned by"
BY_PLAN = "Plan"
BY_PERSON = "Person"
CHOSEN_DATE = "Chosen date"
TRIGGER = "Trigger"
TRIGGER_HOURS = "Hours"
TRIGGER_CALENDAR = "Calendar"
HOURS_A_DAY = "Hours per day"
EVALUATED_ON = "Evaluated on"
MACHINE_ID = "Machine ID"
PLAN_ID = "Plan ID"
VERSION = "Version"

# The tabs, and what each says when it is empty.
OVERDUE = "Overdue"
NONE_OVERDUE = "Nothing is overdue."
DUE = "Due"
NONE_DUE = "Nothing is due."
UPCOMING = "Upcoming"
NONE_UPCOMING = "Nothing is due soon."
ALL = "All"
NO_SCHEDULES = "No schedules yet. Add plans under Maintenance plans."

# The record: its sections.
SECTION_NEXT = "Next due"
SECTION_COUNTING = "Counting"

# Actions: reschedule.
RESCHEDULE = "Reschedule"
RESCHEDULE_EXPLAIN = (
    "The chosen date replaces the date given by the interval until the next service. Running hours still "
    "count; whichever comes first applies. Schedules with an open work order are left unchanged."
)
NEXT_DUE_ON = "Next due on"
NEXT_DUE_HELP = "Today or later."


def moved(count: int) -> str:
    """Schedules that have another date now."""
    return f"{count_of(count, 'schedule')} moved."


# Actions: remove.
REMOVE = "Remove"
REMOVE_EXPLAIN = (
    "Removes schedules that a person added. To change which machines a plan covers by its scope, edit the plan."
)


def removed(count: int) -> str:
    """Schedules that are gone."""
    return f"{count_of(count, 'schedule')} removed."


# What an action left unchanged.
CONFLICT_LINE = "{machine}: {reason}"


def conflicts(count: int) -> str:
    """Machines or schedules that an action did not change."""
    return f"{count_of(count, 'conflict')}: left unchanged."
