"""What people read about doubtful readings, in the order in which the pages show it."""

from __future__ import annotations

from cmms.words import agree, count_of

# The list: its name, columns and filters.
LABEL = "Doubtful readings"
SINGULAR = "Doubtful reading"
SEARCH_HINT = "Search machine"
ID = "ID"
DAY = "Day"
STATUS = "Status"
CODE = "Reason for doubt"
COUNTER = "Counter"
PREVIOUS_COUNTER = "Counter before"
PREVIOUS_COUNTER_HELP = "Of the trusted reading before"
PREVIOUS_DAY = "Day before"
PREVIOUS_DAY_HELP = "Of the trusted reading before"
GROWTH = "Growth"
GROWTH_HELP = "Hours by which the counter has grown since the trusted reading before"
ALLOWED = "Allowed"
ALLOWED_HELP = "The most that was plausible in this time"
HOURS = "Hours of the day"
PLANT = "Plant"
DESCRIPTION = "Description"
FOUND_AT = "Found at"
REASON = "Reason for the decision"
DECIDED_BY = "Decided by"
DECIDED_AT = "Decided at"
MACHINE_ID = "Machine ID"
READING_ID = "Reading ID"
VERSION = "Version"

# The tabs, and what each says when it is empty.
OPEN = "Open"
NONE_OPEN = "No reading is waiting for a decision."
OPEN_HINT = (
    "The counter has grown by more than is possible. These readings are stored, but do not count for maintenance until "
    "somebody decides."
)
DECIDED = "Decided"
NONE_DECIDED = "No doubtful reading has been decided yet."
ALL = "All"
NONE_EVER = "No reading has been doubtful yet."

# Quick filters.
CHIP_WEEK = "Last 7 days"
CHIP_LARGE = "More than 1,000 h"

# The record: its sections.
SECTION_READING = "Reading"
SECTION_DOUBT = "Doubt"
SECTION_DECISION = "Decision"

# Actions.
ACCEPT = "Accept"
ACCEPT_EXPLAIN = (
    "The reading is right: it counts like any other, and later readings are compared with it. If the source changes it,"
    " it is checked again."
)
VOID = "Void"
VOID_EXPLAIN = (
    "The reading is wrong: it stays visible, but counts for nothing. Later readings are compared with the one before"
    " it. You can undo this."
)
REOPEN = "Undo decision"
REOPEN_EXPLAIN = "The reading waits for a decision again, if it is still doubtful."
CHANGE_METER = "Declare meter change"
CHANGE_METER_CONFIRM = "Declare"
CHANGE_METER_EXPLAIN = (
    "The reading is right: from this day on another counter is in use, or the counter has started again. Life hours"
    " go on."
)
CHANGED = "The meter change on {day} has been declared."
FIELD_KIND = "What happened"
FIELD_REASON = "Reason"
FIELD_REASON_HELP = "Stored with the decision and shown beside the reading"


def decided(readings: int, what: str, left: int) -> str:
    """``3 readings accepted.``, and how many of the chosen ones were not open."""
    done = f"{count_of(readings, 'reading')} {what}."
    return f"{done} {count_of(left, 'reading was', 'readings were')} left unchanged." if left else done


ACCEPTED = "accepted"
VOIDED = "declared void"
REOPENED = "reopened"


def rejects_wait(readings: int) -> str:
    """Readings after a wrong one that were rejected because of it."""
    rejected = count_of(readings, "rejected reading of the same machines", "rejected readings of the same machines")
    return f"{rejected} may be valid now: replay {agree(readings, 'it', 'them')} on the page Record errors."


# The readings around one.
WIDGET_AROUND = "Readings around it"
AROUND_NONE = "This reading is not stored any more."
AROUND_HEADS = ("Day", "Hours", "Counter", "Growth", "Trust", "Reason")
THIS_ONE = "{day} (this reading)"
