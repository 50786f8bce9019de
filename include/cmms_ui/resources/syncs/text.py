"""Texts of syncs, in the order in which pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cmms.words import agree, count_of

if TYPE_CHECKING:
    from cmms.run_control.find_run import FoundRun

# Title, search
LABEL = "Syncs"
SINGULAR = "Sync run"
SEARCH_HINT = "Search run, error, person"

# Tabs
TAB_LIVE = "Live status"
TAB_LIVE_EMPTY = "No sync is running."
TAB_EQUIPMENT = "Equipment sync"
TAB_EQUIPMENT_EMPTY = "No equipment sync has run yet."
TAB_RUNNING_TIME = "Running time sync"
TAB_RUNNING_TIME_EMPTY = "No running time sync has run yet."
TAB_HISTORY = "History"
TAB_HISTORY_EMPTY = "No sync has run yet. Start one to see it here."
TAB_FAILED = "Failed operations"
TAB_FAILED_EMPTY = "No sync has failed in the last 30 days."
TAB_FAILED_HINT = "Failed, partial and cancelled runs of the last 30 days."

# Filters
FILTER_SYNC_TYPE = "Type"
FILTER_STATUS = "Status"
FILTER_LEVEL = "Level"
FILTER_ERROR_CATEGORY = "Category"
FILTER_SYNC_STARTED_AT = "Started"

# Columns
COLUMN_ID = "Run"
COLUMN_SYNC_TYPE = "Type"
COLUMN_STATUS = "Status"
COLUMN_LEVEL = "Level"
COLUMN_SYNC_STARTED_AT = "Started"
COLUMN_DURATION_SECONDS = "Duration, s"
COLUMN_RECORDS_PROCESSED = "Processed"
COLUMN_RECORDS_INSERTED = "New"
COLUMN_RECORDS_UPDATED = "Changed"
COLUMN_RECORDS_UNCHANGED = "Unchanged"
COLUMN_RECORDS_FAILED = "Rejected"
COLUMN_RECORDS_WARNING = "Warnings"
COLUMN_RECORDS_SUCCESS = "Stored or known"
COLUMN_RECORDS_SUPERSEDED = "Superseded"
COLUMN_INTERVAL_START = "From"
COLUMN_INTERVAL_END = "To"
COLUMN_TRIGGER_KIND = "Trigger"
COLUMN_TRIGGERED_BY = "Started by"
COLUMN_ERROR_CATEGORY = "Category"
COLUMN_ERROR_CLASS = "Error"
COLUMN_ERROR_MESSAGE = "Message"
COLUMN_SOURCE_ANSWER = "Source response"
COLUMN_SOURCE_ANSWER_HELP = "The first kilobyte of the latest error response."
COLUMN_QUEUE_MS = "Queue time, ms"
COLUMN_API_MS = "Source time, ms"
COLUMN_VALIDATE_MS = "Validation time, ms"
COLUMN_DB_MS = "Database time, ms"
COLUMN_SYNC_COMPLETED_AT = "Ended"
COLUMN_HEARTBEAT_AT = "Last heartbeat"
COLUMN_CONTROL = "Requested"
COLUMN_DAG_ID = "DAG"
COLUMN_RUN_ID = "Airflow run"

# Sections of the record page
SECTION_RUN = "Run"
SECTION_RECORDS = "Records"
SECTION_TIME = "Time"
SECTION_ERROR = "Error"
SECTION_AIRFLOW = "Airflow"

# Widgets
WIDGET_CALLS = "Response time of the source"
WIDGET_DAILY = "Daily syncs"
WIDGET_RUN = "Run"
WIDGET_LIVE = "Running now"
WIDGET_RING = "Newest day"
WIDGET_RECENT = "Recent runs"
WIDGET_CODES = "Open errors by code"
METRIC_GOOD_PER_FINISHED = "Success rate"
METRIC_PROCESSED = "Records"
METRIC_REJECTED_PER_PROCESSED = "Rejected records"
METRIC_SECONDS_PER_RUNS = "Run duration"
METRIC_PROCESSED_PER_SECONDS = "Records per second"
METRIC_QUEUE_SECONDS_PER_QUEUED = "Queue time"
METRIC_WARNINGS_PER_PROCESSED = "Records with warnings"
METRIC_MILLISECONDS_PER_CALLS = "Response time"
METRIC_RULE_SECONDS_PER_PROCESSED = "Validation, per 1,000 records"
METRIC_DATABASE_SECONDS_PER_PROCESSED = "Database, per 1,000 records"
WIDGET_METRICS = "Performance"
WIDGET_WEEKS = "Week over week"
WIDGET_EQUIPMENT_OUTCOMES = "Equipment sync results"
WIDGET_RUNNING_TIME_OUTCOMES = "Running time sync results"
WIDGET_ALL_OUTCOMES = "Sync results"
WIDGET_RATES = "Success rate, 7 days"
WIDGET_BY_PLANT = "Sync by plant"
WIDGET_STEPS = "Steps"
WIDGET_ERRORS = "What went wrong"
WIDGET_SPEEDS = "Duration and throughput"

# Words of several widgets
DAY = "Day"
RUNS = "Runs"
AXIS_RUNS = "Runs"
POINTS = " points"
UNKNOWN = "unknown"
ALL_PLANTS = "All plants"
BY_DAY = "By day"
AS_A_TABLE = "Show as table"
RUN_LINK = "Run {run}"
SUCCESS_RATE = "success rate"
THIS_WEEK = "This week"
WEEK_BEFORE = "Week before"
THAN_WEEK_BEFORE = "the week before"
THAN_DAYS_BEFORE = "the {days} days before"


def describe_days(first: Any, last: Any) -> str:
    """``2026-01-24 to 2026-01-30``, or the one day."""
    return f"{first}" if first == last else f"{first} to {last}"


# Widget: running now
STARTING = "starting"
STEP_FETCH = "Fetch"
STEP_VALIDATE = "Validate"
STEP_WRITE = "Write"
STEP_LOG = "Log"
STEP_STATES = {"done": "done", "now": "in progress", "later": "pending", "failed": "not finished"}
NOT_COUNTED = "not counted yet"
REJECTED = "{count:,} rejected"
CLOSED_AS = "closed as {status}"
NOT_CLOSED = "when everything is written"
REQUESTED = {"pause": "will pause", "cancel": "will be cancelled"}
LIVE_FACTS = "{step}: {done:,} of {total:,} records ({percent} %)"
RATE = "{rate:,.0f} records/s"
RATE_UNKNOWN = "rate unknown"
TIME_LEFT = "{elapsed} elapsed, time left: {left}"
UNITS_MERGED = "{done:,} of {units:,} units merged"
PROGRESS_LABEL = "Progress of sync {run}"
RUN_ERROR = "{error}: {message}"
RUN_FAILED = "Failed"
NO_MESSAGE = "no message"


def describe_written(written: int, merged: int, units: int) -> str:
    """What has been written so far."""
    return f"{written:,} written, {merged} of {count_of(units, 'unit')}"


def describe_stopped(actor: str, at: str, runs: int) -> str:
    """The banner while all syncs are stopped."""
    return f"Ⅱ {actor} stopped all syncs at {at}: {count_of(runs, 'run')} cancelled. No sync will start."


# Widget: success rate
RATES_NOTE = "{runs}, {failed:,} failed"

# Widget: recent runs
RECENT_EMPTY = "No sync has run yet."
RECENT_HEADS = ("Run", "Type", "Status", "Records", "Rejected", "Started", "Actions")
RECENT_ACKNOWLEDGE = "Acknowledge"

# Widget: daily syncs
DAILY_MACHINES = "Machines"
DAILY_SYNC_NOW = "Sync now"
DAILY_SYNC_TITLES = {"equipment": "Sync equipment", "running_time": "Sync running times"}
DAILY_NEVER = "Has not run yet."
DAILY_AGE = "{sign} {word}: last success {age}"


def describe_daily(records: int, rejected: int) -> str:
    """Counts of the newest run; a link to the run follows."""
    return f"{count_of(records, 'record')}, {rejected:,} rejected."


# Widget: sync by plant
BY_PLANT_EMPTY = "No active plants. Add them in Plants."
BY_PLANT_HEADS = ("Plant", "Equipment", "Running times")
BY_PLANT_CAPTION = "Syncs by plant"
BY_PLANT_MORE = "Only the first {limit} plants are shown. Choose others in the form."
BY_PLANT_TITLES = (
    ("Sync equipment of {plant}", "Sync equipment of all plants"),
    ("Sync running times of {plant}", "Sync running times of all plants"),
)
SYNC = "Sync"
UP_TO = "up to {day}"
NO_READING = "no readings"

# Widget: newest day
RING_EMPTY = "No readings yet."
RING_LABEL = "Machines with a reading on the newest day"
RING_NOTE = "{machines:,} of {expected:,} active machines"

# Widget: open errors by code
CODES_EMPTY = "No open errors."

# Widget: sync results
OUTCOMES_EMPTY = "No sync has run in the last {days} days."
OUTCOMES_NOTE = "{records}: {inserted:,} new, {updated:,} changed, {unchanged:,} unchanged, {rejected:,} rejected."
OUTCOMES_CAPTION = "Runs by day"

# Widget: week over week
WEEKS_EMPTY = "This sync has not run in the last two weeks."
WEEKS_CAPTION = "{figure} by day"

# Widget: performance
METRICS_HEADS = ("Metric", "This week", "Week before", "Change", "14 days")
METRICS_CAPTION = "Performance of the daily syncs, this week and the week before"

# Widget: duration and throughput
SPEEDS_EMPTY = "No sync of this type has succeeded in this period."
SPEEDS_NOTE = "{runs}, median {median}, longest {longest}:"
SECONDS = "Seconds"
PER_SECOND = "Records/s"

# Widget: response time of the source
CALLS_EMPTY = "No requests yet."
CALLS_SERIES = "Response time"
CALLS_LIMIT = "slow: {slow:,} ms"
CALLS_HEADS = ("Endpoint", "Median", "95 %", "Slowest", "Requests")
CALLS_CAPTION = "Response times by endpoint"
CALLS_PERCENTILE = "95th percentile"
CALLS_GAUGE = "Response time of the source, ms"
SPEEDS = {"good": "Fast", "warn": "Slow", "bad": "Very slow"}


def describe_calls(calls: int, slow: int, very_slow: int) -> str:
    """How many requests are counted, and the limits in milliseconds."""
    return (
        f"The last {count_of(calls, 'request')}. Slow from {slow:,} ms, very slow from {very_slow:,} ms (settings"
        " view.slow_ms and view.very_slow_ms)."
    )


# Page of a run: steps
STEPS_EMPTY = "This run has no units of work."
STEP_SOURCE = "Source"
STEP_RULES = "Validation"
STEP_DATABASE = "Database"
STEP_RUN = "Run"
STEP_STAGE = "Database: stage"
STEP_MERGE = "Database: merge"
FETCHED = "{records} fetched"
STAGED = "new and changed records only"
MERGED = "{written:,} written, {unchanged:,} unchanged"
MOST_OF_THE_WORK = "Most of the work: {step}, {percent:.0f} % of {time}."
BETWEEN_THE_STEPS = "The remaining {time} of the run passed in Airflow between the steps, and with waiting."
WAS_QUEUED = "Before that, it was queued for {time}."
STEPS_HEADS = ("Step", "Result", "Time", "Share of the work")
STEPS_CAPTION = "Steps of the run"
UNIT_MERGED = "merged"
UNIT_STEP = "{step}, {done:,} of {total}"
UNITS_HEADS = (
    *("Unit", "Step", "Fetched", "New", "Changed", "Unchanged", "Rejected"),
    *("Source, ms", "Validation, ms", "Stage, ms", "Merge, ms"),
)
UNITS_CAPTION = "Units of work"


def describe_validated(rejected: int, warnings: int) -> str:
    """What the rules have found."""
    return f"{rejected:,} rejected, {count_of(warnings, 'warning')}"


def units_of_work(units: int) -> str:
    """``3 units of work``."""
    return count_of(units, "unit of work", "units of work")


# Page of a run: what went wrong
NO_SUCH_RUN = "this run does not exist or has been deleted"
TREE_HEAD = "Run {run}, {sync}: {records}, {rejected:,} rejected"
STEP_CAUSES = "{step}: {causes}"
CODE_RECORDS = "{code}: {records}"
ALL_OF_CODE = "All records: {code}"
HTTP_STATUS = "HTTP {status}"
NO_RESPONSE = "No response"
BAD_RESPONSE = "Response from the source: {result}, {endpoint}"
UPDATED_SINCE = "{count:,} of the {rejected:,} rejected records have been updated by a later run."
NOTHING_WENT_WRONG = "No records were rejected and all requests succeeded."
STACK = "Stack trace"
EVENTS_HEADS = ("When", "Level", "Category", "Code", "Message")
EVENTS_CAPTION = "Events"


def describe_bad_calls(result: str, calls: int, endpoint: str) -> str:
    """``HTTP 503: 3 requests to /running-time``."""
    return f"{result}: {count_of(calls, 'request')} to {endpoint}"


# A run that was started from a dialog
FOLLOW_BACKGROUND = "It continues in the background when you close this dialog."
FOLLOW_RESULT = "Result {id}"
FOLLOW_REPORT = "Report {id}"
FOLLOW_NOT_STARTED = "✕ The run ended in Airflow as '{state}' before any task started."
FOLLOW_NOT_STARTED_ADVICE = "Open the run in Airflow. The log of its first task shows the reason."
FOLLOW_WAITING = "{state} in Airflow. No task has started yet."
FOLLOW_WAITING_LABEL = "Waiting"
FOLLOW_PAUSED = "Ⅱ The DAG {dag} is paused, so Airflow does not start its runs."
FOLLOW_PAUSED_ADVICE = (
    "Unpause the DAG in Airflow. If someone stopped all syncs, resume them on the Live status tab. This run will then"
    " start automatically."
)
FOLLOW_OPEN_DAG = "{dag} in Airflow"
FOLLOW_OPEN_LIVE = "Live status"
FOLLOW_DURATION = "after {duration}"
FOLLOW_REJECTED = "Rejected records"
FOLLOW_OVER = {
    "success": "Finished: everything is stored.",
    "partial": "Finished: rejected records are listed under Record errors, the rest is stored.",
    "failed": "Failed: whatever was merged before the failure stays.",
    "cancelled": "Cancelled: whatever was merged before the cancellation stays.",
}
FOLLOW_OVER_OTHER = "Finished."


def describe_counts(run: FoundRun) -> tuple[str, ...]:
    """The counts of a run that has ended."""
    return (
        count_of(run.records_processed, "record"),
        f"{run.records_inserted:,} new",
        f"{run.records_updated:,} changed",
        f"{run.records_unchanged:,} unchanged",
        f"{run.records_failed:,} rejected",
        f"{run.records_warning:,} with warnings",
    )


# Actions
EQUIPMENT = "Sync equipment"
EQUIPMENT_CONFIRM = "Start"
EQUIPMENT_EXPLAIN = "Starts the DAG equipment_sync in Airflow, which takes a snapshot of the master data."
RUNNING_TIME = "Sync running times"
RUNNING_TIME_CONFIRM = "Start"
RUNNING_TIME_EXPLAIN = (
    "Starts the DAG running_time_sync in Airflow. Without days, it syncs yesterday; with a first day only, just "
    "that day."
)
RECONCILE = "Reconcile"
RECONCILE_CONFIRM = "Reconcile"
RECONCILE_EXPLAIN = (
    "Requests the readings of the selected days and the equipment snapshot from the source again and compares "
    "them with the CMMS. No records are changed. Without days, it compares the last seven days; with a first day "
    "only, just that day. The result is listed under Reconciliations."
)
PAUSE = "Pause"
PAUSE_CONFIRM = "Pause"
PAUSE_EXPLAIN = (
    "The run finishes the current batch, then waits. It keeps its slot in Airflow's pool, and Airflow's timeout "
    "keeps counting: an equipment sync fails 30 minutes after its start, a running time sync after 60 minutes, "
    "even while paused."
)
RESUME = "Resume"
RESUME_CONFIRM = "Resume"
RESUME_EXPLAIN = "The run continues where it paused."
CANCEL = "Cancel"
CANCEL_CONFIRM = "Cancel run"
CANCEL_EXPLAIN = (
    "The run stops after the current batch and is marked as cancelled. Days already merged stay; no batch is "
    "stored in part. A cancelled run cannot be resumed."
)
RETRY = "Retry"
RETRY_CONFIRM = "Retry"
RETRY_EXPLAIN = "Starts a new run with the same days, plants and machines for each selected run."
STOP_ALL = "Stop all syncs"
STOP_ALL_CONFIRM = "Stop all syncs"
STOP_ALL_EXPLAIN = (
    "Pauses {dags} in Airflow and cancels every open run: a merge that is being committed finishes, everything else is"
    " rolled back, and all leases are released. Days already merged stay. Runs that are only queued in Airflow wait."
    " Nothing starts until someone resumes syncs on the Live status tab."
)
RESUME_ALL = "Resume syncs"
RESUME_ALL_CONFIRM = "Resume syncs"
RESUME_ALL_EXPLAIN = (
    "Unpauses the DAGs in Airflow that the stop paused. Cancelled runs stay cancelled: retry them or fill the gaps."
)

# Fields
FIELD_FIGURE = "Figure"
FIELD_DAYS = "Period"
FIELD_SYNC_TYPE = "Sync"
FIELD_PLANT_CODES = "Plants"
FIELD_PLANT_CODES_HELP = "Leave empty for all plants."
FIELD_EQUIPMENT_NUMBERS = "Machines"
FIELD_EQUIPMENT_NUMBERS_HELP = "Equipment numbers, separated by commas or line breaks. Leave empty for all machines."
FIELD_START_DATE = "First day"
FIELD_END_DATE = "Last day"

# Choices
CHOICE_7 = "7 days"
CHOICE_30 = "30 days"
CHOICE_90 = "90 days"
STREAM_LABELS = {"equipment": "Equipment", "running_time": "Running time"}
CHOICE_REPLAY = "Replay"
CHOICE_CLEANUP = "Clean-up"
TRIGGERS = {"schedule": "Schedule", "manual": "Manual", "backfill": "Backfill", "replay": "Replay"}

# Scope of a sync that a form starts
EQUIPMENT_SCOPE = "Syncs the equipment of all plants ({machines} so far) unless you choose fewer."
EQUIPMENT_CHOSEN = "Selected: equipment sync of {plants}, {machines}."
RUNNING_TIME_SCOPE = "Syncs the running times of {day} for all plants and machines unless you choose otherwise."
RUNNING_TIME_CHOSEN = "Selected: running time sync of {days}, {plants}, {machines}."
NOT_A_DATE = "this is not a date"
MUST_BE_A_DATE = "must be a date"


def describe_plants(codes: Sequence[str]) -> str:
    """``plants P001, P002`` or ``all plants``."""
    return f"{agree(len(codes), 'plant', 'plants')} {', '.join(codes)}" if codes else "all plants"


def describe_machines(numbers: Sequence[str]) -> str:
    """``machine 10000123`` or ``all machines``."""
    return f"{agree(len(numbers), 'machine', 'machines')} {', '.join(numbers)}" if numbers else "all machines"


# Results of actions
EQUIPMENT_STARTED = "Equipment sync started ({run_id})."
RUNNING_TIME_STARTED = "Running time sync started ({run_id})."
RECONCILE_STARTED = "Reconciliation started ({run_id})."
TOO_MANY_RUNS = "choose at most {limit} runs"
RETRIED = "Run {run} restarted: {run_id}"
PAUSE_DONE = "The run will pause after the current batch."
RESUME_DONE = "The run continues."
CANCEL_DONE = "The run will be cancelled after the current batch."
CONTROLLED = "Run {run}: {sentence}"
RESUMED = "Syncs resumed: {dags}."
NOTHING_TO_RESUME = "Syncs resumed. No DAG was paused."


def retried(started: int, chosen: int) -> str:
    """How many of the chosen runs were started again."""
    return f"{started:,} of {count_of(chosen, 'run')} restarted."


def describe_controlled(accepted: int, chosen: int) -> str:
    """How many of the chosen runs will pause, go on or end."""
    return f"{accepted:,} of {count_of(chosen, 'run')} updated."


def describe_open_runs(names: Sequence[str]) -> str:
    """What a stop would cancel: the first five by name."""
    if not names:
        return "No runs are open."
    shown, more = ", ".join(names[:5]), len(names) - 5
    runs = count_of(len(names), "open run")
    return f"{runs}: {shown} and {more} more." if more > 0 else f"{runs}: {shown}."


def describe_stop(cancelled: int, paused: Sequence[str]) -> str:
    """What a stop has done."""
    runs = count_of(cancelled, "run")
    if not paused:
        return f"All syncs stopped: {runs} cancelled, no DAG had to be paused."
    return f"All syncs stopped: {runs} cancelled, paused: {', '.join(paused)}."
