"""Texts of record errors, in the order in which pages show them."""

from __future__ import annotations

from collections.abc import Sequence

from cmms.words import agree, count_of

# Title, search
LABEL = "Record errors"
SINGULAR = "Rejected record"
SEARCH_HINT = "Search machine, code or message"

# Tabs
TAB_OPEN = "Open"
TAB_OPEN_EMPTY = "No rejected records. Everything is stored."
TAB_ORPHANS = "Unknown machines"
TAB_ORPHANS_EMPTY = "Every reading belongs to a known machine."
TAB_ORPHANS_HINT = (
    "Readings of machines that are in no equipment snapshot yet. They are stored automatically when the machine "
    "appears."
)
TAB_IN_PROGRESS = "In progress"
TAB_IN_PROGRESS_EMPTY = "No record is in progress."
TAB_RESOLVED = "Resolved"
TAB_RESOLVED_EMPTY = "No records resolved yet."
TAB_DISCARDED = "Discarded"
TAB_DISCARDED_EMPTY = "No records discarded."
TAB_ALL = "All"
TAB_ALL_EMPTY = "No record has been rejected yet."

# Filters
FILTER_STREAM = "Type"
FILTER_CATEGORY = "Category"
FILTER_CODE = "Code"
FILTER_READING_DATE = "Day"

# Columns
COLUMN_ID = "ID"
COLUMN_STATUS = "Status"
COLUMN_STREAM = "Type"
COLUMN_CODE = "Code"
COLUMN_MESSAGE = "Reason"
COLUMN_EQUIPMENT_NUMBER = "Machine"
COLUMN_READING_DATE = "Day"
COLUMN_FIELD = "Field"
COLUMN_RULE = "Rule"
COLUMN_CATEGORY = "Category"
COLUMN_ATTEMPTS = "Attempts"
COLUMN_LAST_SEEN_AT = "Last seen"
COLUMN_FIRST_SEEN_AT = "First seen"
COLUMN_SYNC_LOG_ID = "Run"
COLUMN_PAGE = "Page"
COLUMN_POSITION = "Position"
COLUMN_RECORD_KEY = "Key"
COLUMN_NOTE = "Note"
COLUMN_RESOLVED_BY = "Resolved by"
COLUMN_RESOLVED_AT = "Resolved at"
COLUMN_PAYLOAD = "As received"
COLUMN_EDITED = "Corrected"
COLUMN_ROW_VERSION = "Version"

# Sections of the record page
SECTION_RECORD = "Record"
SECTION_REASON = "Reason"
SECTION_WHEN = "When"
SECTION_RESOLUTION = "Resolution"
SECTION_PAYLOAD = "Payload"

# Widgets
WIDGET_STREAM = "Live errors"
WIDGET_CATEGORIES = "Errors by category"
WIDGET_RETRIES = "Retry results"
WIDGET_ERROR_SUMMARY = "Rejected records by status"
WIDGET_ORPHANS = "Unknown machines"
WIDGET_MEANING = "What went wrong"
WIDGET_HISTORY = "History"
WIDGET_TOP_CODES = "Top error codes"

# Widget: live errors
STREAM_EMPTY = "No errors yet."
STREAM_PAUSE = "Ⅱ Pause"
STREAM_RESUME = "▶ Resume"
STREAM_NOTE = "Newest first, up to {count}. Updates pause while you scroll down to read."

# Widget: errors by category
CATEGORIES_EMPTY_RUNS = "No run has failed in the last {days} days."
CATEGORIES_EMPTY_RECORDS = "No record has been rejected in the last {days} days."
CATEGORIES_PART = "{category} {count:,}"
AXIS_RUNS = "Runs"
AXIS_RECORDS = "Records"


def describe_categories(counts: Sequence[tuple[str, int]], days: int, *, is_of_runs: bool) -> str:
    """Of runs or records: ``20 records were rejected in the last 30 days: Validation 18, Source 2.``."""
    total = sum(count for _, count in counts)
    parts = ", ".join(CATEGORIES_PART.format(category=category, count=count) for category, count in counts)
    if is_of_runs:
        return f"{count_of(total, 'run')} failed in the last {days} days: {parts}."
    return f"{count_of(total, 'record was', 'records were')} rejected in the last {days} days: {parts}."


# Widget: retry results
RETRIED_RUNS_HEADS = ("Failed runs", "Runs", "Retried", "Succeeded", "In progress", "Success rate")
RETRIED_RUNS_CAPTION = "Retried runs by error"
REPLAYED_HEADS = ("Rejected records", "Replayed", "Stored", "Most attempts", "Success rate")
REPLAYED_CAPTION = "Replayed records by code"
REPLAYED_EMPTY = "No rejected record has been replayed in the last {days} days."
NOT_RETRIED = "not retried"

# Widget: rejected records by status
SUMMARY_HEADS = ("Code", "Open", "In progress", "Resolved", "Discarded", "Last resolved by", "Last action by a person")
SUMMARY_CAPTION = "Rejected records by code and status"
BY_A_SYNC = "a sync"

# Widget: top error codes
TOP_CODES_EMPTY = "No record was rejected in this period."
TOP_CODES_HEADS = ("Code", "Category", "Records", "Open", "Machines", "Days", "Last seen")
TOP_CODES_CAPTION = "Most frequent error codes"

# Widget: unknown machines
ORPHANS_HEADS = ("Machine", "Readings", "Attempts", "Days", "First seen", "Last seen")
ORPHANS_CAPTION = "Unknown machines and their waiting readings"
DAYS_FROM_TO = "{first} to {last}"


def more_machines(hidden: int) -> str:
    """How many the table leaves out."""
    return f"{count_of(hidden, 'more machine')} not shown."


# Widget: what went wrong
MEANING_EMPTY = "No explanation is available. See the reason below."
MEANING_MESSAGE = "Message from the rule: {message}"
MEANING_REMEDY = "How to fix it: {remedy}"

# Widget: history
HISTORY_EMPTY = "No one has worked on this record yet."
HISTORY_HEADS = ("When", "Who", "Action", "Values")
HISTORY_CAPTION = "Actions on this record"

# Actions
REPLAY = "Replay"
REPLAY_CONFIRM = "Replay"
REPLAY_EXPLAIN = (
    "Validates the records again against every rule, without a request to the source, and stores those that pass."
)
ACKNOWLEDGE = "Acknowledge"
ACKNOWLEDGE_CONFIRM = "Acknowledge"
ACKNOWLEDGE_EXPLAIN = (
    "Shows others that you are working on these records. They stay open until they are stored or discarded."
)
CORRECT = "Correct"
CORRECT_CONFIRM = "Save"
CORRECT_EXPLAIN = "The original record stays as it was received. A replay validates your version."
CREATE_PLANTS = "Create plant and replay"
CREATE_PLANTS_CONFIRM = "Create and replay"
CREATE_PLANTS_EXPLAIN = (
    "Creates the plants that these records refer to and stores every record that is waiting for one of them."
)
ACCEPT_COUNTER = "Accept counter"
ACCEPT_COUNTER_CONFIRM = "Accept and replay"
ACCEPT_COUNTER_EXPLAIN = (
    "Accepts the source's counter from this day on and stores the reading. Later readings are compared with it."
)
DISCARD = "Discard"
DISCARD_CONFIRM = "Discard"
DISCARD_EXPLAIN = "Discarded records stay in this list but are never stored."

# Fields
FIELD_CATEGORY = "Category"
FIELD_COUNTED = "Counted"
FIELD_NOTE = "Note"
FIELD_PAYLOAD = "As received"
FIELD_EDITED = "Corrected record"
FIELD_OTHER_KEY = "The record belongs to another machine, plant or day"
FIELD_OTHER_KEY_HELP = (
    "Required if your correction changes the machine, plant or day. The rejected record and the audit log then "
    "show both."
)
FIELD_REPLAY_NOW = "Replay now"
FIELD_KIND = "What happened"
FIELD_REASON = "Reason"
FIELD_REASON_HELP = "Stored with the counter, together with your name."
FIELD_DISCARD_NOTE = "Reason"

# Choices
CHOICE_ALL = "All categories"
CHOICE_RECORDS = "Rejected records"
CHOICE_RUNS = "Failed runs"
STREAM_LABELS = {"equipment": "Equipment", "running_time": "Running time"}
CHOICE_REPLACEMENT = "The counter was replaced"
CHOICE_RESET = "The counter was reset to zero"
CHOICE_ROLLOVER = "The counter rolled over"
CHOICE_ACCEPTED = "Other: the counter is correct"


# Results of actions
NOTHING_OPEN = "None of these records is open any more."
CREATED_PLANTS = "Created: {plants}."
PREVIEW_PLANTS_HEADS = ("Plant", "Waiting records")
CORRECTED = "Correction saved. Replay the record to store it."
CORRECTED_ONLY = "Correction saved, but not replayed yet: {problem} Replay the record afterwards."
CORRECTED_KEY = "The record now belongs to another {parts}."


def rejected_again(count: int) -> str:
    """The end of a replay for those that did not pass."""
    return f"{count_of(count, 'record was', 'records were')} rejected again, possibly for another reason."


def will_be_stored(count: int) -> str:
    """What the run in Airflow will do."""
    return f"A run in Airflow will store {count_of(count, 'record')}."


def still_waiting(count: int) -> str:
    """More records than one replay takes."""
    return f"{count_of(count, 'more record is', 'more records are')} waiting: select some and replay them."


def preview_plants(plants: int, records: int) -> str:
    """What the creation of plants would do."""
    created = agree(
        plants,
        "{plants} will be created. Its name is its code until you rename it in Plants.",
        "{plants} will be created. Their names are their codes until you rename them in Plants.",
    )
    validated = "{records} will be validated again."
    return f"{created} {validated}".format(
        plants=count_of(plants, "plant"), records=count_of(records, "waiting record")
    )


def acknowledged(count: int) -> str:
    """How many are the person's now."""
    return f"{count_of(count, 'record')} acknowledged."


def discarded(count: int) -> str:
    """How many were discarded."""
    return f"{count_of(count, 'record')} discarded."


# Results of a replay, in all and of each record
REPLAYED_LINE = "{sign} {record}: {result}"
REPLAYED_LINE_STORED = "stored"
REPLAYED_LINE_REJECTED = "{reason}: {message}"
REPLAYED_MORE = "and {count:,} more"


def describe_replay(stored: int, superseded: int, rejected: int) -> str:
    """The end of a replay: how many records were stored, superseded, rejected again."""
    sentences = [f"{count_of(stored, 'record was', 'records were')} stored."]
    if superseded:
        sentences.append(
            f"{count_of(superseded, 'record was', 'records were')} superseded by newer records and not stored."
        )
    if rejected:
        sentences.append(rejected_again(rejected))
    return " ".join(sentences)
