"""Texts of running times, in the order in which pages show them."""

from __future__ import annotations

from datetime import date

from cmms.words import count_of

# Title, search
LABEL = "Running times"
SINGULAR = "Reading"
SEARCH_HINT = "Search machine"

# Tabs
TAB_NEWEST = "Newest day"
TAB_NEWEST_EMPTY = "No readings yet. Start a running time sync."
TAB_DOUBTFUL = "Doubtful"
TAB_DOUBTFUL_EMPTY = "No reading is waiting for a decision."
TAB_DOUBTFUL_HINT = "Decide on these readings on the page Doubtful readings."
TAB_VOID = "Void"
TAB_VOID_EMPTY = "No reading has been declared void."
TAB_VOID_HINT = "These readings are stored, but count for nothing."
TAB_ALL = "All days"
TAB_ALL_EMPTY = "No readings yet. Start a running time sync."

# Filters
FILTER_PLANT_CODE = "Plant"
FILTER_DATE = "Day"

# Columns
COLUMN_ID = "ID"
COLUMN_DATE = "Day"
COLUMN_EQUIPMENT_NUMBER = "Machine"
COLUMN_EQUIPMENT_DESCRIPTION = "Description"
COLUMN_PLANT_CODE = "Plant"
COLUMN_RUNNING_HOURS = "Hours"
COLUMN_CUMULATIVE_HOURS = "Counter"
COLUMN_QUALITY = "Quality"
COLUMN_TRUST = "Trust"
COLUMN_TRUST_HELP = "Doubtful and void readings do not count for maintenance"
COLUMN_QUALITY_CODE = "Warnings"
COLUMN_DATE_TIME = "Read at"
COLUMN_DESCRIPTION = "Text"
COLUMN_POINT = "Measuring point"
COLUMN_SYNC_LOG_ID = "Run"
COLUMN_UPDATED_AT = "Changed"
COLUMN_EQUIPMENT_ID = "Machine ID"
COLUMN_PLANT_ID = "Plant ID"

# Sections of the record page
SECTION_READING = "Reading"
SECTION_QUALITY = "Quality"
SECTION_SOURCE = "Source"

# Actions
VOID = "Void"
VOID_EXPLAIN = (
    "The reading is wrong: it stays visible, but counts for nothing. Later readings are compared with the one before"
    " it. You can undo this."
)
UNDO_VOID = "Undo void"
UNDO_VOID_EXPLAIN = "The reading counts again. If it is doubtful, it waits for a decision."
COUNTING = "counting again"

# Widgets
WIDGET_GAPS = "Readings by day"
GAPS_ALL_PLANTS = "All plants"
GAPS_MACHINES_OF = "Machines of {plant}"
GAPS_COMPLETE = "Every machine of {plant} has a reading on every day."
GAPS_EMPTY = "No machines."
GAPS_PLANT_LEGEND = (("■", "complete"), ("98", "percent of the machines have a reading"), ("□", "no readings"))
GAPS_MACHINE_LEGEND = (("■", "reading"), ("0", "0 hours: did not run"), ("□", "no reading"), ("!", "rejected"))
GAPS_STATES = {"full": "complete", "zero": "did not run: 0 hours", "none": "no reading", "rejected": "rejected"}
GAPS_PART = "{present:,} of {expected:,}"
GAPS_PART_REJECTED = "{present:,} of {expected:,}, {rejected:,} rejected"
GAPS_CELL = "{row}, {days}: {state}"
GAPS_SPAN = "{sign} {days} days {sign}"
GAPS_FILL = "fill"
GAPS_FILL_DAY = "{day}: fill the gaps of all plants"
GAPS_FILL_ROW = "{row}: fill {first} to {last}"
GAPS_BACKFILL = "Backfill. {title}"


def describe_gaps(missing: int, hidden: int) -> str:
    """How many readings are missing, and how many machines with gaps the grid leaves out."""
    sentences = [f"{count_of(missing, 'reading is', 'readings are')} missing."]
    if hidden:
        sentences.append(f"{count_of(hidden, 'more machine has', 'more machines have')} gaps.")
    return " ".join((*sentences, "Select a gap, a day or a row to fill it from the source."))


def describe_days(first: date, last: date) -> str:
    """``2026-01-24 to 2026-01-30``, or the one day."""
    return f"{first}" if first == last else f"{first} to {last}"


# Widget: age of readings
WIDGET_FRESHNESS = "Age of readings"
FRESHNESS_EMPTY = "No active plants."
FRESHNESS_HEADS = ("Plant", "Newest reading", "Stale machines")
FRESHNESS_CAPTION = "Age of the newest reading by plant"
FRESHNESS_STALE = "{stale:,} of {machines:,}"

# Fields
FIELD_PLANT = "Rows"
FIELD_DAYS = "Days"

# Choices
CHOICE_14 = "14 days"
CHOICE_30 = "30 days"
