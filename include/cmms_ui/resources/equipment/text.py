"""What people read about machines, in the order in which the pages show it."""

from __future__ import annotations

from cmms.words import agree, count_of

# The list: its name, columns, filters and chips.
EQUIPMENT = "Equipment"
SEARCH_HINT = "Search number or description"
ID = "ID"
NUMBER = "Number"
DESCRIPTION = "Description"
STATUS = "Status"
PLANT = "Plant"
PLANT_NAME = "Plant name"
GROUP = "Group"
MAINTENANCE = "Maintenance"
MAINTENANCE_HELP = "The most urgent state of the machine's schedules, as of the last evaluation"
NEXT_PLAN = "Next due plan"
HOURS_TO_GO = "Hours to go"
DUE_AT_LIFE_HOURS = "Due at life hours"
DUE_ON = "Due on"
PREDICTED = "Predicted"
PLAN_ID = "Plan ID"
HOURS_LAST_DAY = "Hours, last day"
COUNTER = "Counter"
LIFE_HOURS = "Life hours"
LIFE_HOURS_HELP = "The hours of the machine over all counters that it has had; maintenance counts in them"
HOURS_30_DAYS = "Hours, 30 days"
LAST_READING = "Last reading"
QUALITY = "Quality"
HOURS_SINCE_SERVICE = "Hours since service"
OPEN_ERRORS = "Open errors"
ERROR_CODES = "Error codes"
NOTES = "Notes"
NOTES_HELP = "Double-click to edit"
COMPANY = "Company"
OBJECT_NUMBER = "Object number"
MEASURING_POINT = "Measuring point"
INACTIVE_REASON = "Deactivation reason"
MISSING_SINCE = "Not in feed since"
GROUP_SET_BY = "Group set by"
BY_PERSON = "Person"
BY_RULE = "Classification rule"
BY_SOURCE = "Source"
LIFE_HOURS_AT_SERVICE = "Life hours at service"
ADDED = "Added"
CHANGED = "Changed"
CREATED_IN_SOURCE = "Created in source"
GROUP_ID = "Group ID"
PLANT_ID = "Plant ID"
ACTIVE = "Active"
VERSION = "Version"
ERROR = "Error"
NOT_IN_FEED = "Not in feed"
WITHOUT_GROUP = "Without group"
GROUP_SET_MANUALLY = "Group set manually"
MAINTENANCE_UPCOMING = "Maintenance upcoming"
WITH_NOTES = "With notes"

# The tabs, and what each says when it is empty.
ALL = "All"
NO_EQUIPMENT = "No equipment yet. Start an equipment sync."
NO_ACTIVE = "No active machines."
INACTIVE = "Inactive"
NO_INACTIVE = "No inactive machines."
NEEDS_MAINTENANCE = "Needs maintenance"
NO_MAINTENANCE_DUE = "No maintenance is due. Add plans under Maintenance plans."
NEEDS_MAINTENANCE_HINT = "Machines with a schedule that is due or overdue. Add plans under Maintenance plans."
RECENTLY_ADDED = "Recently added"
NONE_RECENT = "No machines were added in the last 7 days."
SYNC_ERRORS = "Sync errors"
NO_SYNC_ERRORS = "No machine has open rejected records."
SYNC_ERRORS_HINT = "Machines with open rejected records."

# The counts of the tabs on the dashboard.
MACHINES = "Machines"
COUNT_ACTIVE = "✓ Active"
COUNT_INACTIVE = "– Inactive"
COUNT_NEED_MAINTENANCE = "! Need maintenance"
COUNT_RECENT = "+ Recently added"
COUNT_SYNC_ERRORS = "! With sync errors"

# The search builder: what belongs to a machine.
REJECTED_RECORD = "Rejected record"
CODE = "Code"
STREAM = "Type"
STREAM_RUNNING_TIME = "Running time"
DAY = "Day"
REASON = "Reason"
LAST_SEEN = "Last seen"
READING = "Reading"
HOURS = "Hours"
QUALITY_CODE = "Quality code"
MAINTENANCE_PLAN = "Maintenance plan"
NAME = "Name"
STATE = "State"
DAYS_TO_GO = "Days to go"
LAST_RUN = "Sync of the last reading"
LEVEL = "Level"
STARTED = "Started"

# The details beside the list.
LAST_READINGS = "Last readings"
NO_READING = "No readings yet."
NO_OPEN_ERRORS = "No open rejected records."
AND_MORE = "and {count:,} more"

# Bulk operations.
BULK_OPERATIONS = "Bulk operations"
LAUNCHER_READ_ONLY = "Your role can view and export machines, but not change them."
LAUNCHER_NOTE = "Applies to the rows selected in the list."

# The widgets above the tabs.
ALL_MACHINES = "All machines"
BY_STATUS = "By status"
BY_PLANT = "By plant"
BY_GROUP = "By group"
NO_EQUIPMENT_YET = "No equipment yet."
HOURS_OF_ACTIVE = "Running hours of active machines"
RAN_ON = "ran on {day}"
RAN_COUNT = "{running:,} of {machines:,}"
HOURS_THAT_DAY = "hours that day"
UTILISATION_THAT_DAY = "utilisation that day"
UTILISATION_PERCENT = "Utilisation, %"
UTILISATION_NOTE = "Utilisation: hours run as a share of 24 hours for each active machine with a reading that day."
OEE_NOTE = "OEE: not available. The source sends hours, but no performance or quality figures."
FIGURES_AS_TABLE = "Figures as a table"
MACHINES_RAN = "Machines that ran"
UTILISATION = "Utilisation"
ACTIVE_BY_DAY = "Active machines by day"
INACTIVE_RUNNING = "Inactive, but running"
NO_CANDIDATES = "No inactive machine ran in the last {days} days."


def candidates_note(count: int, days: int) -> str:
    """How many inactive machines ran lately."""
    return f"{count_of(count, 'inactive machine')} ran in the last {days} days."


def top_candidates_note(count: int, days: int, shown: int) -> str:
    """How many inactive machines ran lately, of which the first are listed."""
    return f"{count_of(count, 'inactive machine')} ran in the last {days} days. The {shown} with the most hours:"


MACHINE = "Machine"
HOURS_OF_DAYS = "Hours, {days} days"
LAST_RAN = "Last ran"
CANDIDATES = "Candidates"
NO_ACTIVE_PLAN = "No active maintenance plans. Add plans under Maintenance plans."
FIGURE_OVERDUE = "‼ Overdue: beyond tolerance"
FIGURE_DUE = "! Due: interval reached"
FIGURE_UPCOMING = "▲ Upcoming: due soon"
PLAN = "Plan"
INTERVAL = "Interval"
OVERDUE = "Overdue"
DUE = "Due"
UPCOMING = "Upcoming"
MAINTENANCE_PLANS = "Maintenance plans"
TO_GO = "To go"
NO_FORECAST = "no forecast"
MOST_URGENT = "Most urgent machines"
MAINTENANCE_NOTE = "Each machine counts once, by its most urgent plan. Predictions use the hours of the last 30 days."
NEW_BY_DAY = "New machines by day"
NEW_VALID = "✓ Valid"
NEW_REJECTED = "! Has rejected records"
NEW_NOT_YET = "… Not yet in a snapshot"
NEW_TOTALS = "{valid}: {valid_count:,}, {failed}: {failed_count:,}, {not_yet}: {not_yet_count:,}."
OPEN_ERRORS_BY_CODE = "Open errors by code"
CATEGORY = "Category"
RECORDS = "Records"
RETRIES = "Retries"
REJECTS_BY_CODE = "Open rejected records by code"

# Utilisation by plant and day.
UTILISATION_BY_PLANT = "Utilisation by plant"
UTILISATION_BY_DAY = "Utilisation by plant and day, percent"
DAYS = "Days"
PERIOD_DAYS = "{days} days"
HEAT_NOTE = "Hours run as a share of 24 hours for each active machine with a reading that day, in percent."
HEAT_CELL_EMPTY = "{plant}, {day}: no reading"


def heat_cell(plant: str, day: object, percent: float, hours: str, machines: int) -> str:
    """What a plant's machines ran on a day."""
    return f"{plant}, {day}: {percent:.1f} %, {hours} h from {count_of(machines, 'machine')} with a reading"


LEGEND_NO_READING = "no reading"
LEGEND_IDLE = "not running"
LEGEND_STEP = "{first} to {last} %"

# The health of all machines.
HEALTH_OF_MACHINES = "Health of machines"
LEGEND = "{sign} {text}: {count:,}"
LEGEND_GOOD = "good"
LEGEND_WARN = "warning or not in feed"
LEGEND_REJECTED = "rejected records"
LEGEND_NO_READING_THAT_DAY = "no reading that day"
GOOD = "Good"
WARNING = "Warning"
REJECTED = "Rejected"
NO_READING_HEAD = "No reading"
HEALTH_BY_PLANT = "Health of active machines by plant"
HEALTH_CELLS = "Health of each active machine"
HEALTH_KEYS = "Use the arrow keys to move between machines and Enter to open one. Worst first."

# Several machines in one chart.
MACHINES_COMPARED = "Machine comparison"
OVERLAY_NUMBERS = "Numbers, comma-separated"
PERIOD = "Period"
UNKNOWN_NUMBER = "No machine has the number {number}."
BUSIEST = "Showing the busiest machines. To compare others, enter up to {most} numbers, separated by commas."
OVERLAY_LEFT_OUT = "Showing at most {most} machines; {count:,} more were entered."
NO_READING_IN_PERIOD = "No readings in this period."
HOURS_A_DAY = "Hours per day"
MACHINES_IN_CHART = "Machines in the chart"
TOTALS_AS_TABLE = "Totals as a table"
READINGS = "Readings"
HOURS_BY_MACHINE = "Hours by machine"

# Running hours of all machines, on the dashboard.
HOURS_BY_DAY = "Running hours by day"
RUNNING_HOURS = "Running hours"


def trend_note(day: object, hours: float, running: int, machines: int) -> str:
    """The newest day in figures, and what a click does."""
    return (
        f"{day}: {hours:,.0f} hours; {running:,} of {count_of(machines, 'machine')} ran."
        " Click a day to see its readings."
    )


# The page of a machine: condition.
CONDITION = "Condition"
SWITCH_ON = "✓ Active"
SWITCH_OFF = "– Inactive"
SWITCHED_ON = "Activated {age} ago."
SWITCHED_OFF = "Deactivated {age} ago."
UNDO = "Undo"
WHY_INACTIVE = "Reason: {reason}"
HEALTH = "Health"
HEALTH_LABEL = "Health: {health}. {text}"
SHARE_OF_INTERVAL = "Share of the maintenance interval used"
CHANGE_PLAN = "Edit plan"
ITS_SCHEDULES = "View schedules"
EXPECTED_ON = "Expected due date: {day}."
NO_DAY_EXPECTED = "No predicted due date."
NO_SUCH_MACHINE = "there is no such machine"


def open_rejects(count: int) -> str:
    """The link to the rejected records of a machine."""
    return count_of(count, "open rejected record")


# The page of a machine: running time.
CHART_FORM = "Chart type"
BARS = "Bars"
LINES = "Lines"
COMPARE = "Compare with"
GROUP_AVERAGE = "Group average"
COMPARE_NUMBER = "Compare with machine number"
NO_READING_OF_MACHINE = "This machine has no readings in this period."
AVERAGE_NOTE = "The average covers at most {machines} active machines."
COUNTER_HOURS = "Counter, hours"
READINGS_AS_TABLE = "Readings as a table"
NOT_COUNTED = "Doubtful or void"
FIRST_DAY_SHOWN = "First day shown"
LAST_DAY_SHOWN = "Last day shown"
DAYS_SHOWN = "{first} to {last}"
RESET = "Reset"


def not_counted(readings: int) -> str:
    """How many readings of the period are left out of the hours."""
    return f"{count_of(readings, 'doubtful or void reading is', 'doubtful or void readings are')} not counted."


def period_total(days: int, hours: str, readings: int) -> str:
    """The hours of the machine within the period."""
    return f"{days} days: {hours} hours in {count_of(readings, 'reading')}."


def compared_total(name: str, hours: str, days: int) -> str:
    """The hours of what the machine is compared with."""
    return f"{name}: {hours} hours in {count_of(days, 'day')}."


# The page of a machine: data quality and changes.
DATA_QUALITY = "Data quality"


def quality_note(days: int, readings: int, warnings: int, hours: float) -> str:
    """Readings of the last days, and how many have a warning."""
    return f"Last {days} days: {count_of(readings, 'reading')}, {warnings:,} with a warning, {hours:,.1f} hours."


NONE_REJECTED = "No rejected records for this machine."
REJECTS_OF_MACHINE = "Rejected records of this machine"
CHANGES = "Changes"
NO_CHANGES = "No changes since this machine was added."
WHEN = "When"
WHO = "Who"
CHANGE = "Change"
VALUES = "Values"
CHANGES_OF_MACHINE = "Changes to this machine"

# Actions: create, edit.
NEW = "New equipment"
CREATE = "Create"
CREATE_EXPLAIN = (
    "For a machine that the source does not know yet. Once a snapshot contains its number, number, "
    "description and plant come from the source; group and notes stay as you set them."
)
CREATED = "Equipment {number} created."
EDIT = "Edit"
SAVE = "Save"
SAVED = "Changes saved."
EDIT_EXPLAIN = "Number, description and codes come from the source and cannot be edited here."
EDIT_GROUP_HELP = "Syncs never change a group that you choose here."

# Actions: activate and deactivate.
DEACTIVATE = "Deactivate"
DEACTIVATE_EXPLAIN = "Inactive machines keep their readings. Syncs never change this status."
ACTIVATE = "Activate"
ACTIVATE_EXPLAIN = "The machines become active again, and their deactivation reason is removed."


def activated(count: int) -> str:
    """Machines that a person has activated."""
    return f"{count_of(count, 'machine')} activated."


def deactivated(count: int) -> str:
    """Machines that a person has deactivated."""
    return f"{count_of(count, 'machine')} deactivated."


def moved(count: int) -> str:
    """Machines that a person has put into another group."""
    return f"{count_of(count, 'machine')} moved."


def serviced(count: int) -> str:
    """Machines that a person has marked as serviced."""
    return f"{count_of(count, 'machine')} marked as serviced."


def unchanged(count: int) -> str:
    """Machines that were in the wanted state before."""
    return f"{count:,} {agree(count, 'was', 'were')} unchanged."


def missing(count: int) -> str:
    """Machines that have been deleted meanwhile."""
    return f"{count:,} no longer {agree(count, 'exists', 'exist')}."


# Actions: change group.
MOVE = "Move"
CHANGE_GROUP = "Change group"
MOVE_EXPLAIN = "Classification rules and the source do not change a group that was set manually."
NEW_GROUP = "New group"
MOVE_HELP = "Leave empty to remove the machines from their group."
NO_GROUP = "no group"
GROUP_NOW = "Current group"
GROUP_CHOSEN_BY = "Set by"
CHOSEN_BY_PERSON = "a person"
CHOSEN_BY_RULE = "a rule or the source"


def would_move(count: int, machines: int, group: str) -> str:
    """How many of the chosen machines would change their group."""
    return f"{count:,} of {count_of(machines, 'machine')} would move to {group}."


def would_stay(count: int) -> str:
    """How many are in the chosen group before: from then on no rule takes them out."""
    return (
        f"{count:,} {agree(count, 'is', 'are')} already there; rules will no longer move {agree(count, 'it', 'them')}."
    )


def moved_from_manual(count: int) -> str:
    """How many of those that move have a group that a person chose."""
    return f"{count:,} of the machines to be moved {agree(count, 'was', 'were')} put in their group manually."


# Actions: service and schedules.
MARK_SERVICED = "Mark as serviced"
SERVICED_EXPLAIN = (
    "All plans of each machine start again from its newest reading, and maintenance that was due is marked as "
    "done. Machines with an open work order are skipped."
)
NOTE = "Note"
HAS_OPEN_ORDER = "{number}: has an open work order; complete it instead"


def skipped(count: int) -> str:
    """Machines with an open work order."""
    return f"{count:,} {agree(count, 'was', 'were')} skipped."


SCHEDULE_MAINTENANCE = "Schedule maintenance"
SCHEDULE = "Schedule"
SCHEDULE_EXPLAIN = (
    "Adds these machines to a maintenance plan. Machines that already have the plan, and inactive machines, "
    "are conflicts: they are listed and left unchanged."
)
NEXT_DUE_ON = "Next due on"
NEXT_DUE_HELP = (
    "Today or later. If empty, the interval decides. Running hours still count; whichever comes first applies."
)
SCHEDULE_MOVE = "Move the date for machines that already have this plan"
CONFLICT = "Conflict"
NO_CONFLICTS = "No conflicts."


def schedules_created(count: int) -> str:
    """New schedules."""
    return f"{count_of(count, 'schedule')} created."


def schedules_moved(count: int) -> str:
    """Schedules whose date has been moved."""
    return f"{count_of(count, 'schedule')} moved."


def would_create_schedules(count: int) -> str:
    """New schedules, beforehand."""
    return f"{count_of(count, 'schedule')} would be created."


def would_move_schedules(count: int) -> str:
    """Schedules whose date would be moved."""
    return f"{count_of(count, 'schedule')} would be moved."


def would_conflict(count: int) -> str:
    """Machines that would be left as they are."""
    return f"{count_of(count, 'conflict')}: left unchanged."


# Actions: work orders.
CREATE_ORDERS = "Create work orders"
ORDERS_EXPLAIN = (
    "Creates one work order for each open maintenance due of these machines. Maintenance that already has a "
    "work order is skipped."
)

# Actions: sync, retry, validate.
SYNC = "Sync"
START = "Start"
SYNC_EXPLAIN = "Starts one Airflow run of equipment_sync for these machines only."
WITH_HOURS = "Include yesterday's running times"
RETRY_REJECTED = "Retry rejected records"
RETRY = "Retry"
RETRY_EXPLAIN = (
    "Validates all open rejected records of these machines again, without a new request to the source. "
    "Records that pass are stored; for the others the result lists the reason. Machines without open records "
    "leave the tab 'Sync errors'."
)
VALIDATE = "Validate"
VALIDATE_EXPLAIN = (
    "Validates the machines and their stored readings again, with the rules of the syncs and today's limits. "
    "Changes nothing; the report lists what breaks a rule."
)
VALIDATE_DAYS = "Days of readings"
VALIDATE_DAYS_HELP = "0: master data only."
BAD_DAYS = "the number of days must be a whole number"


def sync_started(machines: int, run_id: str) -> str:
    """A sync of the chosen machines."""
    return f"Sync of {count_of(machines, 'machine')} started ({run_id})."


def validation_started(machines: int) -> str:
    """A validation of the chosen machines, which goes on."""
    return f"Validating {count_of(machines, 'machine')}."


# Large changes: those that a run in Airflow makes, and its progress.
CHANGE_QUEUED = "queued"
CHANGE_PROGRESS = "Progress of the change"
CHANGE_DONE = "{done:,} of {total:,} done"
CHANGE_CHANGED = "{count:,} changed"
CHANGE_UNCHANGED = "{count:,} unchanged"
CHANGE_LEFT_ALONE = "{count:,} skipped"
CHANGE_FIRST_LISTED = "The first {count:,} are listed."


def change_machines(count: int) -> str:
    """A run has been started that changes machines."""
    return f"A run in Airflow is changing {count_of(count, 'machine')}."


def change_schedules(count: int) -> str:
    """A run has been started that changes schedules."""
    return f"A run in Airflow is changing {count_of(count, 'schedule')}."


def change_failed(reason: str, left: int) -> str:
    """Why the run has ended early, and how many rows it has not reached."""
    return f"✕ {reason}. {count_of(left, 'row was', 'rows were')} not reached."
