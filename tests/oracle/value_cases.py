"""Values that a feed really sends: the raw JSON token of one field, and what must become of the record.

Each case is put into one field of a record that is right otherwise. The generator draws from this list, and a
unit test checks that the oracle gives each case the code stated here (time zone UTC, decimal separator `.`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValueCase:
    """One token for the fields named.

    Attributes:
        name: what the case shows.
        keys: source keys that the token may be put into.
        token: JSON text of the value.
        code: code of the rejected record, or None when the record is stored.
    """

    name: str
    keys: tuple[str, ...]
    token: str
    code: str | None


TEXT_KEYS = ("SWERK", "EQUNR", "BUKRS", "EQKTU", "OBJNR", "POINT")
FREE_TEXT_KEYS = ("BUKRS", "EQKTU", "OBJNR", "POINT")
HOURS = ("RECDV",)
COUNTER = ("CNTRR",)
NUMBERS = ("RECDV", "CNTRR")
DAY = ("DATE",)
INSTANTS = ("CREATED_AT", "DATE_TIME")
CREATED = ("CREATED_AT",)
REQUIRED = ("SWERK", "EQUNR", "CREATED_AT", "DATE", "RECDV", "CNTRR")


def _text(value: str) -> str:
    return f'"{value}"'


CASES: tuple[ValueCase, ...] = (
    # ---- nothing there
    ValueCase("required null", REQUIRED, "null", "REQUIRED"),
    ValueCase("required empty", REQUIRED, '""', "REQUIRED"),
    ValueCase("required blank", REQUIRED, '"   "', "REQUIRED"),
    ValueCase("required blank, Unicode white space", REQUIRED, '"\\u00a0\\u3000\\u2003\\t"', "REQUIRED"),
    ValueCase("optional null", (*FREE_TEXT_KEYS, "MDTXT", "DATE_TIME"), "null", None),
    ValueCase("optional blank", (*FREE_TEXT_KEYS, "MDTXT", "DATE_TIME"), '" \\u2028 "', None),
    # ---- text
    ValueCase("number instead of text", (*TEXT_KEYS, "MDTXT"), "123", "NOT_TEXT"),
    ValueCase("number with leading digits only", ("EQUNR",), "10000123", "NOT_TEXT"),
    ValueCase("truth value instead of text", (*TEXT_KEYS, "MDTXT"), "true", "NOT_TEXT"),
    ValueCase("object instead of text", (*TEXT_KEYS, "MDTXT"), '{"value": "x"}', "NOT_TEXT"),
    ValueCase("list instead of text", (*TEXT_KEYS, "MDTXT"), '["x"]', "NOT_TEXT"),
    ValueCase("NaN instead of text", (*TEXT_KEYS, "MDTXT"), "NaN", "NOT_TEXT"),
    ValueCase("NUL", (*TEXT_KEYS, "MDTXT"), '"a\\u0000b"', "INVALID_TEXT"),
    ValueCase("lone high surrogate", (*TEXT_KEYS, "MDTXT"), '"a\\ud83d"', "INVALID_TEXT"),
    ValueCase("lone low surrogate", (*TEXT_KEYS, "MDTXT"), '"\\ude00b"', "INVALID_TEXT"),
    ValueCase("surrogates in the wrong order", (*TEXT_KEYS, "MDTXT"), '"\\ude00\\ud83d"', "INVALID_TEXT"),
    ValueCase("number too long for its column", ("EQUNR",), _text("9" * 51), "TOO_LONG"),
    ValueCase("plant too long for its column", ("SWERK",), _text("P" * 11), "TOO_LONG"),
    ValueCase("company too long for its column", ("BUKRS",), _text("1" * 11), "TOO_LONG"),
    ValueCase("name too long for its column", ("EQKTU",), _text("é" * 501), "TOO_LONG"),
    ValueCase("object too long for its column", ("OBJNR",), _text("I" * 31), "TOO_LONG"),
    ValueCase("point too long for its column", ("POINT",), _text("7" * 21), "TOO_LONG"),
    ValueCase("remark too long", ("MDTXT",), _text("x" * 2001), "TOO_LONG"),
    ValueCase("company fills its column", ("BUKRS",), _text("1" * 10), None),
    ValueCase("name fills its column with 4-byte characters", ("EQKTU",), _text("😀" * 500), None),
    ValueCase("object fills its column after trimming", ("OBJNR",), _text("  " + "I" * 30 + " "), None),
    ValueCase("remark fills its limit", ("MDTXT",), _text("ж" * 2000), None),
    ValueCase("pair of escapes for one character", ("EQKTU", "MDTXT"), '"pump \\ud83d\\ude00"', None),
    ValueCase("emoji with modifiers", ("EQKTU", "MDTXT"), '"👩🏽‍🔧 Ω ﷽ \u202eabc"', None),
    ValueCase("composed accent", ("EQKTU", "MDTXT", "POINT"), '"caf\\u00e9"', None),
    ValueCase("decomposed accent", ("EQKTU", "MDTXT", "POINT"), '"cafe\\u0301"', None),
    ValueCase("zero-width space is no white space", ("EQKTU", "POINT"), '"\\u200bx\\u200b"', None),
    ValueCase("byte order mark is no white space", ("EQKTU",), '"\\ufeffx"', None),
    ValueCase("line breaks and tabs inside", ("EQKTU", "MDTXT"), '"a\\tb\\r\\nc\\nd"', None),
    ValueCase("backslashes at the end", ("EQKTU", "MDTXT", "OBJNR"), '"C:\\\\temp\\\\"', None),
    ValueCase("looks like NULL to a loader", ("EQKTU", "MDTXT", "POINT"), '"\\\\N"', None),
    ValueCase("the word NULL", ("EQKTU", "MDTXT", "BUKRS"), '"NULL"', None),
    ValueCase("quotes and statements", ("EQKTU", "MDTXT"), '"x\'); DROP TABLE plants; -- \\""', None),
    ValueCase("markup", ("EQKTU", "MDTXT"), '"<script>alert(1)<\\/script> <!channel> {{ 1 }} %s {0}"', None),
    ValueCase("formula", ("EQKTU", "MDTXT"), '"=HYPERLINK(1)"', None),
    ValueCase("control characters", ("MDTXT",), '"\\u0001\\u001a\\u001f|\\u007f|\\u0085|\\u009f"', None),
    # ---- days
    ValueCase("30 February", DAY, '"2026-02-30"', "INVALID_DATE"),
    ValueCase("29 February in a common year", DAY, '"20250229"', "INVALID_DATE"),
    ValueCase("month 13", DAY, '"2026-13-01"', "INVALID_DATE"),
    ValueCase("day 0", DAY, '"20260100"', "INVALID_DATE"),
    ValueCase("timestamp as day", DAY, '"2026-01-31T00:00:00"', "INVALID_DATE"),
    ValueCase("timestamp with zone as day", DAY, '"2026-01-31T00:00:00Z"', "INVALID_DATE"),
    ValueCase("day with dots", DAY, '"31.01.2026"', "INVALID_DATE"),
    ValueCase("day with slashes", DAY, '"2026/01/31"', "INVALID_DATE"),
    ValueCase("day without zeros", DAY, '"2026-1-5"', "INVALID_DATE"),
    ValueCase("two-digit year", DAY, '"260131"', "INVALID_DATE"),
    ValueCase("week date", DAY, '"2026-W05-6"', "INVALID_DATE"),
    ValueCase("full-width digits", DAY, '"２０２６-０１-３１"', "INVALID_DATE"),
    ValueCase("Arabic digits", DAY, '"٢٠٢٦٠١٣١"', "INVALID_DATE"),
    ValueCase("number with fraction", DAY, "20260131.0", "INVALID_DATE"),
    ValueCase("number with exponent", DAY, "2.0260131e7", "INVALID_DATE"),
    ValueCase("epoch seconds", DAY, "1769817600", "INVALID_DATE"),
    ValueCase("truth value", DAY, "true", "INVALID_DATE"),
    ValueCase("object", DAY, '{"year": 2026}', "INVALID_DATE"),
    ValueCase("year 0", DAY, '"0000-01-01"', "INVALID_DATE"),
    ValueCase("OData date out of all calendars", DAY, '"/Date(99999999999999999999)/"', "INVALID_DATE"),
    ValueCase("OData date without number", DAY, '"/Date()/"', "INVALID_DATE"),
    ValueCase("NUL after the day", DAY, '"2026-01-31\\u0000"', "INVALID_TEXT"),
    ValueCase("SAP's empty day", DAY, '"00000000"', "REQUIRED"),
    ValueCase("SAP's empty day with hyphens", DAY, '"0000-00-00"', "REQUIRED"),
    ValueCase("far future", DAY, '"9999-12-30"', "DATE_IN_FUTURE"),
    ValueCase("another day", DAY, '"2001-01-01"', "DATE_OUTSIDE_REQUEST"),
    ValueCase("29 February of a leap year", DAY, '"2004-02-29"', "DATE_OUTSIDE_REQUEST"),
    ValueCase("29 February 1900", DAY, '"1900-02-29"', "INVALID_DATE"),
    ValueCase("before 1970, OData", DAY, '"/Date(-86400000)/"', "DATE_OUTSIDE_REQUEST"),
    # ---- instants
    ValueCase("24:00:00", INSTANTS, '"2026-01-31T24:00:00"', "INVALID_TIMESTAMP"),
    ValueCase("24:00:00 without separators", INSTANTS, '"20260131240000"', "INVALID_TIMESTAMP"),
    ValueCase("leap second", INSTANTS, '"2016-12-31T23:59:60Z"', "INVALID_TIMESTAMP"),
    ValueCase("minute 60", INSTANTS, '"2026-01-31 10:60:00"', "INVALID_TIMESTAMP"),
    ValueCase("30 February, with time", INSTANTS, '"2026-02-30T10:00:00Z"', "INVALID_TIMESTAMP"),
    ValueCase("29 February in a common year, with time", INSTANTS, '"20250229100000"', "INVALID_TIMESTAMP"),
    ValueCase("time alone", INSTANTS, '"10:00:00"', "INVALID_TIMESTAMP"),
    ValueCase("words", INSTANTS, '"yesterday"', "INVALID_TIMESTAMP"),
    ValueCase("minutes missing", INSTANTS, '"2026-01-31T10"', "INVALID_TIMESTAMP"),
    ValueCase("named zone", INSTANTS, '"2026-01-31T10:00:00 Europe/Berlin"', "INVALID_TIMESTAMP"),
    ValueCase("epoch seconds as instant", INSTANTS, "1769817600", "INVALID_TIMESTAMP"),
    ValueCase("truth value as instant", INSTANTS, "false", "INVALID_TIMESTAMP"),
    ValueCase("offset that no place has", INSTANTS, '"2026-01-31T10:00:00+15:00"', "INVALID_TIMESTAMP"),
    ValueCase("fraction without digits", INSTANTS, '"2026-01-31T10:00:00."', "INVALID_TIMESTAMP"),
    ValueCase("full-width digits as instant", INSTANTS, '"２０２６-01-31T10:00:00Z"', "INVALID_TIMESTAMP"),
    ValueCase("number with fraction as instant", INSTANTS, "20260131100000.5", "INVALID_TIMESTAMP"),
    ValueCase("year 0, with time", INSTANTS, '"0000-01-01T00:00:00"', "INVALID_TIMESTAMP"),
    ValueCase("lone surrogate in an instant", INSTANTS, '"2026-01-31\\udc00"', "INVALID_TEXT"),
    ValueCase("all zeros", CREATED, '"00000000000000"', "REQUIRED"),
    ValueCase("all zeros, ISO", CREATED, '"0000-00-00T00:00:00Z"', "REQUIRED"),
    ValueCase("all zeros, optional", ("DATE_TIME",), '"0000-00-00 00:00:00"', None),
    ValueCase("the first instant of 1970", INSTANTS, '"/Date(0)/"', None),
    ValueCase("OData with escaped slashes", INSTANTS, '"\\/Date(1769853600123)\\/"', None),
    ValueCase("ISO with Z", INSTANTS, '"2026-01-31T10:00:00Z"', None),
    ValueCase("ISO with offset", INSTANTS, '"2026-01-31T10:00:00.5+05:30"', None),
    ValueCase("ISO with offset without colon", INSTANTS, '"2026-01-31 10:00:00-0330"', None),
    ValueCase("ISO with offset in hours only", INSTANTS, '"2026-01-31T10:00:00+01"', None),
    ValueCase("ISO, no zone, no seconds", INSTANTS, '"2026-01-31 10:00"', None),
    ValueCase("nine digits of a second", INSTANTS, '"2026-01-31T10:00:00.123999999Z"', None),
    ValueCase("SAP digits as text", INSTANTS, '"20260131100000"', None),
    ValueCase("SAP digits as number", INSTANTS, "20260131100000", None),
    ValueCase("bare day", INSTANTS, '"2026-01-31"', None),
    ValueCase("bare day as number", INSTANTS, "20260131", None),
    ValueCase("a time the clocks of Europe skip", INSTANTS, '"2026-03-29T02:30:00"', None),
    ValueCase("a time the clocks of Europe show twice", INSTANTS, '"2026-10-25 02:30:00"', None),
    # ---- numbers
    ValueCase("word", NUMBERS, '"abc"', "NOT_NUMERIC"),
    ValueCase("NaN", NUMBERS, "NaN", "NOT_NUMERIC"),
    ValueCase("NaN as text", NUMBERS, '"NaN"', "NOT_NUMERIC"),
    ValueCase("sNaN", NUMBERS, '"sNaN"', "NOT_NUMERIC"),
    ValueCase("Infinity", NUMBERS, "Infinity", "NOT_NUMERIC"),
    ValueCase("minus Infinity", NUMBERS, "-Infinity", "NOT_NUMERIC"),
    ValueCase("inf as text", NUMBERS, '"inf"', "NOT_NUMERIC"),
    ValueCase("decimal comma", NUMBERS, '"12,5"', "NOT_NUMERIC"),
    ValueCase("grouping point and decimal comma", NUMBERS, '"1.234,5"', "NOT_NUMERIC"),
    ValueCase("grouping comma", NUMBERS, '"1,234.5"', "NOT_NUMERIC"),
    ValueCase("grouping space", NUMBERS, '"1 234"', "NOT_NUMERIC"),
    ValueCase("underscore", NUMBERS, '"1_000"', "NOT_NUMERIC"),
    ValueCase("full-width digits as number", NUMBERS, '"１２"', "NOT_NUMERIC"),
    ValueCase("Arabic digits as number", NUMBERS, '"١٢"', "NOT_NUMERIC"),
    ValueCase("superscript", NUMBERS, '"12²"', "NOT_NUMERIC"),
    ValueCase("typographic minus", NUMBERS, '"\\u22125"', "NOT_NUMERIC"),
    ValueCase("hexadecimal", NUMBERS, '"0x1F"', "NOT_NUMERIC"),
    ValueCase("unit", NUMBERS, '"12 h"', "NOT_NUMERIC"),
    ValueCase("clock time", NUMBERS, '"12:30"', "NOT_NUMERIC"),
    ValueCase("no digit before the point", NUMBERS, '".5"', "NOT_NUMERIC"),
    ValueCase("no digit after the point", NUMBERS, '"5."', "NOT_NUMERIC"),
    ValueCase("two signs", NUMBERS, '"-5-"', "NOT_NUMERIC"),
    ValueCase("trailing plus", NUMBERS, '"5+"', "NOT_NUMERIC"),
    ValueCase("exponent and trailing minus", NUMBERS, '"5E1-"', "NOT_NUMERIC"),
    ValueCase("exponent without digits", NUMBERS, '"5E"', "NOT_NUMERIC"),
    ValueCase("sign alone", NUMBERS, '"-"', "NOT_NUMERIC"),
    ValueCase("truth value as number", NUMBERS, "true", "NOT_NUMERIC"),
    ValueCase("list as number", NUMBERS, "[8]", "NOT_NUMERIC"),
    ValueCase("object as number", NUMBERS, '{"hours": 8}', "NOT_NUMERIC"),
    ValueCase("NUL in a number", NUMBERS, '"8\\u0000"', "INVALID_TEXT"),
    ValueCase("1e400", NUMBERS, "1e400", "OUT_OF_RANGE"),
    ValueCase("1e400 as text", NUMBERS, '"1E+400"', "OUT_OF_RANGE"),
    ValueCase("1e-400", NUMBERS, "1e-400", "OUT_OF_RANGE"),
    ValueCase("5,000 digits", NUMBERS, "9" * 5000, "OUT_OF_RANGE"),
    ValueCase("5,000 digits as text", NUMBERS, _text("9" * 5000), "OUT_OF_RANGE"),
    ValueCase("65 characters", NUMBERS, _text("8." + "0" * 63), "OUT_OF_RANGE"),
    ValueCase("one digit more than the hours' column", HOURS, '"100000"', "OUT_OF_RANGE"),
    ValueCase("hours rounded out of the column", HOURS, '"99999.9995"', "OUT_OF_RANGE"),
    ValueCase("one digit more than the counter's column", COUNTER, "10000000000000", "OUT_OF_RANGE"),
    ValueCase("counter rounded out of the column", COUNTER, '"9999999999999.9995"', "OUT_OF_RANGE"),
    ValueCase("negative hours", HOURS, '"-0.01"', "NEGATIVE_HOURS"),
    ValueCase("negative hours, trailing minus", HOURS, '"12.5-"', "NEGATIVE_HOURS"),
    ValueCase("negative hours, number", HOURS, "-8", "NEGATIVE_HOURS"),
    ValueCase("negative hours by rounding", HOURS, '"-0.0005"', "NEGATIVE_HOURS"),
    ValueCase("negative counter", COUNTER, '"-1"', "NEGATIVE_CUMULATIVE"),
    ValueCase("negative counter, trailing minus", COUNTER, '"5000.125-"', "NEGATIVE_CUMULATIVE"),
    ValueCase("counter below the hours of the day", COUNTER, '"0.5"', "CUMULATIVE_BELOW_DAILY"),
    ValueCase("minus zero", HOURS, '"-0"', None),
    ValueCase("minus zero, number", HOURS, "-0.0", None),
    ValueCase("zero with trailing minus", HOURS, '"0.00-"', None),
    ValueCase("rounds to zero from below", HOURS, '"-0.0004"', None),
    ValueCase("exponent", HOURS, '"1E+3"', None),
    ValueCase("exponent, number", HOURS, "1.25e1", None),
    ValueCase("negative exponent", HOURS, '"8333E-3"', None),
    ValueCase("plus sign", HOURS, '"+8.25"', None),
    ValueCase("leading zeros", HOURS, '"0008.25"', None),
    ValueCase("white space around", HOURS, '"\\u00a08.25 "', None),
    ValueCase("rounds half up", HOURS, '"8.0005"', None),
    ValueCase("rounds down", HOURS, '"8.00049999999999999999"', None),
    ValueCase("more digits than a float", COUNTER, '"9007199254.7410005"', None),
    ValueCase("64 characters", HOURS, _text("8." + "0" * 62), None),
    ValueCase("longer than a day", HOURS, '"24.001"', None),
    ValueCase("exactly a day", HOURS, '"24.000"', None),
    ValueCase("fills the counter's column", COUNTER, '"9999999999999.9994"', None),
)
