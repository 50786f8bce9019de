"""What people read about meter changes, and the forms in which they state them."""

from __future__ import annotations

from cmms.words import count_of

LABEL = "Meter changes"
SINGULAR = "Meter change"
SEARCH_HINT = "Search machine or reason"
ID = "ID"
FROM_DATE = "First day"
KIND = "What happened"
OLD_FINAL = "Old final value"
NEW_INITIAL = "New initial value"
OFFSET = "Offset"
OFFSET_HELP = "Life hours minus counter, from this day on"
REASON = "Reason"
DECLARED_BY = "Declared by"
DECLARED_AT = "Declared"
PLANT = "Plant"
MACHINE_ID = "Machine ID"
VERSION = "Version"
ALL = "All"
NO_CHANGES = "No counter has been changed yet."
SECTION_STATED = "Stated"
SECTION_FOLLOWS = "What follows"

INITIAL = "Initial"
REPLACEMENT = "Counter replaced"
RESET = "Reset"
ROLLOVER = "Rollover"
ACCEPTED = "Accepted"

DECLARE = "Meter change"
DECLARE_CONFIRM = "Save"
DECLARE_EXPLAIN = (
    "From the first day on the new counter counts. Life hours go on where the old one ended, and everything that is"
    " due by hours with them. Leave a value empty if you do not know it: it follows from the readings."
)
FROM_DATE_HELP = "The day whose reading is that of the new counter"
OLD_FINAL_HELP = "What the old counter showed at last. For a rollover: the highest value that the counter shows."
NEW_INITIAL_HELP = "What the new counter began with, usually 0"
REASON_HELP = "Stored with the change, together with your name."
EDIT = "Correct"
EDIT_EXPLAIN = "Life hours and everything that is due by hours are computed again."
SAVE = "Save"
WITHDRAW = "Withdraw"
WITHDRAW_EXPLAIN = (
    "For a change that did not happen. The counter then goes on as if it had never been changed; the audit log holds"
    " what was stated."
)

DECLARED = "The meter change has been saved."
DECLARED_OPEN = "The meter change has been saved. Retry the rejected records of this machine now."
SAVED = "The meter change has been corrected."


def withdrawn(count: int) -> str:
    """The result of withdrawing."""
    return f"{count_of(count, 'meter change')} withdrawn."
