"""What people read instead of a code: a label for every code, and what a rejected record's code means and what helps.

Lists, charts and details show the label; the REST API and exports as CSV or JSON keep the code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cmms_ui.definition.schema import Choice


@dataclass(frozen=True)
class ErrorCode:
    """``label``: the code in plain words. ``meaning``: what is wrong with the record. ``remedy``: how to fix it."""

    label: str
    meaning: str
    remedy: str


_SOURCE = "Correct it in the source and the next sync stores it. Or correct the record here and replay it."
_SETTINGS = "Correct it in the source, or correct the record here. If all records are affected, check the setting: {0}."

ERROR_CODES: dict[str, ErrorCode] = {
    "NOT_AN_OBJECT": ErrorCode("Not a JSON object", "The record is not a JSON object.", "Correct it in the source."),
    "DUPLICATE_KEY": ErrorCode(
        "Duplicate key", "The record contains the same key twice, so its value is ambiguous.", _SOURCE
    ),
    "INVALID_TEXT": ErrorCode(
        "Invalid characters", "A text contains characters that cannot be stored unchanged.", _SOURCE
    ),
    "NOT_TEXT": ErrorCode(
        "Number instead of text", "A code was sent as a number, so its leading zeros may be missing.", _SOURCE
    ),
    "INVALID_DATE": ErrorCode("Invalid date", "The date is in an unknown format.", _SETTINGS.format("fields")),
    "INVALID_TIMESTAMP": ErrorCode(
        "Invalid time", "The time is in an unknown format or does not exist.", _SETTINGS.format("timezone")
    ),
    "NOT_NUMERIC": ErrorCode(
        "Not a number", "The value is not a number.", _SETTINGS.format("numbers (the decimal separator)")
    ),
    "OUT_OF_RANGE": ErrorCode(
        "Number too large", "The number is too large to be stored.", _SETTINGS.format("the unit factor")
    ),
    "TOO_MANY_DIGITS": ErrorCode(
        "Too many decimals",
        "The number has more decimals than can be stored.",
        _SETTINGS.format("numbers (excess_digits can round)"),
    ),
    "TOO_LONG": ErrorCode(
        "Too long", "A text is too long to be stored. If it were cut off, it would mean something else.", _SOURCE
    ),
    "REQUIRED": ErrorCode(
        "Required field missing", "A required field is missing or empty.", _SETTINGS.format("fields")
    ),
    "NEGATIVE_HOURS": ErrorCode("Negative hours", "The running hours are below zero.", _SOURCE),
    "NEGATIVE_CUMULATIVE": ErrorCode("Negative counter", "The counter is below zero.", _SOURCE),
    "CUMULATIVE_BELOW_DAILY": ErrorCode(
        "Counter below daily hours",
        "The counter is lower than the running hours of this day alone.",
        f"If the counter rolled over or was replaced on that day, choose Accept counter."
        f" {_SETTINGS.format('the unit factors of hours and counter')}",
    ),
    "DATE_OUTSIDE_REQUEST": ErrorCode(
        "Day not requested", "The record belongs to a day that was not requested.", "Correct the source's date filter."
    ),
    "DATE_IN_FUTURE": ErrorCode("Day in the future", "The day is in the future.", _SOURCE),
    "PLANT_UNKNOWN": ErrorCode(
        "Unknown plant",
        "No plant has this code.",
        "Choose Create plant and replay to store every record that is waiting for the plant. If the code is wrong,"
        " correct the record here.",
    ),
    "EQUIPMENT_UNKNOWN": ErrorCode(
        "Unknown machine",
        "This machine has not been in any equipment snapshot yet.",
        "No action needed: the reading is stored automatically when the machine appears. If it never will, discard the"
        " record.",
    ),
    "COUNTER_DECREASED": ErrorCode(
        "Counter decreased",
        "The counter is lower than on the day before.",
        "If the counter was replaced or reset, choose Accept counter. Otherwise correct the record here or in the"
        " source.",
    ),
    "COUNTER_NOT_ADVANCED": ErrorCode(
        "Counter did not advance",
        "The machine ran, but its counter did not change.",
        "Correct it in the source, or correct the record here. If the counter is correct, choose Accept counter.",
    ),
}
"""Codes that reject a record."""

OTHER_LABELS: dict[str, str] = {
    # warnings of the rules
    "AMBIGUOUS_TIME": "Ambiguous time",
    "DATE_OLD": "Old date",
    "EXCEEDS_DAY": "More hours than the day has",
    "HOURS_MISMATCH": "Hours do not match the counter",
    "POINT_MISMATCH": "Other measuring point",
    "UNUSUAL_GROWTH": "Far more than usual",
    # superseded records
    "DUPLICATE_IDENTICAL": "Identical duplicate",
    "DUPLICATE_SUPERSEDED": "Superseded duplicate",
    "OLDER_THAN_STORED": "Older than the stored record",
    # events of a run
    "ANSWER_INCOMPLETE": "Incomplete response",
    "CLEANED_UP": "Cleaned up",
    "COMPLETED": "Completed",
    "FAILED": "Failed",
    "LOG_LINE": "Log message",
    "PLAIN_HTTP": "Unencrypted connection",
    "STALE_MASTER": "Stale master data",
    "UNKNOWN_FIELD": "Unmapped field",
    # errors of a run (cmms.errors)
    "Abandoned": "No heartbeat",
    "AnswerIncomplete": "Incomplete response",
    "ApiRefused": "Request refused",
    "ApiUnavailable": "Source unavailable",
    "AskPerson": "Decision needed",
    "BadPayload": "Unreadable response",
    "BatchRuleBroken": "Batch rejected",
    "ContractBroken": "Field missing in all records",
    "DagRunFailed": "DAG run failed",
    "DatabaseRefused": "Database refused the change",
    "DatabaseUnavailable": "Database unavailable",
    "Fenced": "Superseded by a newer attempt",
    "HandoverMissing": "Intermediate files missing",
    "IncompleteFetch": "Incomplete fetch",
    "PackageIncomplete": "Installation incomplete",
    "RateLimited": "Rate limit reached",
    "RunCancelled": "Run cancelled",
    "RunConflict": "Conflict with another run",
    "RunTimedOut": "Run timed out",
    "SettingsError": "Invalid settings",
    "StaleMaster": "Stale master data",
    "StatementTooLong": "Statement timed out",
    "StorageUnavailable": "Storage unavailable",
}

CATEGORY_LABELS: dict[str, str] = {
    "api": "Source",
    "validation": "Validation",
    "reject": "Rejected records",
    "warning": "Warnings",
    "database": "Database",
    "business": "Business rules",
    "orphan": "Unknown plant or machine",
    "completeness": "Incomplete response",
    "security": "Security",
    "log": "Log messages",
}

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def code_label(code: str | None) -> str:
    """``TOO_LONG``: "Too long". A code of a stream outside the package, or an error of a library, is spelled out."""
    if not code:
        return ""
    if code in ERROR_CODES:
        return ERROR_CODES[code].label
    return OTHER_LABELS.get(code) or " ".join(_WORD.findall(code)).capitalize() or code


def codes_label(codes: str | None) -> str:
    """The same of several codes that a comma separates."""
    return ", ".join(code_label(code) for code in (codes or "").split(",") if code)


def category_label(category: str) -> str:
    """What people call a category of errors."""
    return CATEGORY_LABELS.get(category) or category.capitalize()


CODE_CHOICES = tuple(Choice(code, known.label) for code, known in ERROR_CODES.items())
"""Labels of the codes that reject a record."""
WARNING_CODES = ("AMBIGUOUS_TIME", "DATE_OLD", "EXCEEDS_DAY", "HOURS_MISMATCH", "POINT_MISMATCH")
DOUBT_CODES = ("EXCEEDS_DAY", "UNUSUAL_GROWTH")
"""Why a stored reading is doubtful."""
FINDING_CHOICES = (*CODE_CHOICES, *(Choice(code, OTHER_LABELS[code]) for code in WARNING_CODES))
"""Labels of all codes of the rules, which stored readings and findings carry."""
