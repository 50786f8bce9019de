"""What each code of a rejected record means and what helps, in words for people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorCode:
    """``meaning``: what is wrong with the record. ``remedy``: what to do about it."""

    meaning: str
    remedy: str


_SOURCE = "Have it mended in the source; the next sync stores it. Or correct the record here and replay."
_AS_WRITTEN = "Have it mended in the source, or correct the record here. If all records are like that: the settings"

ERROR_CODES: dict[str, ErrorCode] = {
    "NOT_AN_OBJECT": ErrorCode("The record is no JSON object.", "Have it mended in the source."),
    "DUPLICATE_KEY": ErrorCode("The record has a key twice, so that nobody can tell which value is meant.", _SOURCE),
    "INVALID_TEXT": ErrorCode("A text holds characters that cannot be stored faithfully.", _SOURCE),
    "NOT_TEXT": ErrorCode("A code came as a number: its leading zeros may be lost.", _SOURCE),
    "INVALID_DATE": ErrorCode("The date is not written in any way that is read.", f"{_AS_WRITTEN} (fields)."),
    "INVALID_TIMESTAMP": ErrorCode(
        "The time is not written in any way that is read, or does not exist.", f"{_AS_WRITTEN} (timezone)."
    ),
    "NOT_NUMERIC": ErrorCode("The value is no number.", f"{_AS_WRITTEN} (numbers: the decimal separator)."),
    "OUT_OF_RANGE": ErrorCode("The number is larger than can be stored.", f"{_AS_WRITTEN} (the unit factor)."),
    "TOO_MANY_DIGITS": ErrorCode(
        "The number has more decimals than are stored.", f"{_AS_WRITTEN} (numbers: excess_digits can round)."
    ),
    "TOO_LONG": ErrorCode("A text is longer than can be stored; a cut one would name something else.", _SOURCE),
    "REQUIRED": ErrorCode("A field that is needed is missing or empty.", f"{_AS_WRITTEN} (fields)."),
    "NEGATIVE_HOURS": ErrorCode("The running hours are below zero.", _SOURCE),
    "NEGATIVE_CUMULATIVE": ErrorCode("The counter is below zero.", _SOURCE),
    "CUMULATIVE_BELOW_DAILY": ErrorCode(
        "The counter shows less than the hours of this day alone.",
        f"{_AS_WRITTEN} (the unit factors of hours and counter).",
    ),
    "DATE_OUTSIDE_REQUEST": ErrorCode(
        "The record is of another day than was asked for.", "Have the source's date filter mended."
    ),
    "DATE_IN_FUTURE": ErrorCode("The day has not come yet.", _SOURCE),
    "PLANT_UNKNOWN": ErrorCode(
        "No plant has this code.",
        "Create plant and replay: that stores every record that waits for it. A code that is wrong: correct it here.",
    ),
    "EQUIPMENT_UNKNOWN": ErrorCode(
        "No snapshot has held this machine so far.",
        "Nothing: the reading is stored by itself when the machine appears. A machine that never will: discard.",
    ),
    "COUNTER_DECREASED": ErrorCode(
        "The counter shows less than the day before.",
        "Accept counter, if it was replaced or reset; else correct the record, or have it mended in the source.",
    ),
    "COUNTER_NOT_ADVANCED": ErrorCode(
        "The machine ran, but its counter stands where it stood.",
        "Have it mended in the source, or correct the record here. Accept counter, if it is right all the same.",
    ),
}
