"""Texts of the REST API: its document, its refusals, and what exported files say."""

from __future__ import annotations

# Refusals
BAD_VALUES = "Some values cannot be accepted."
NO_PREVIEW = "this action has no preview"
NO_SUCH_SCRIPT = "there is no such script"
NO_NUMBER = "must be a number"
TOO_MANY_EXPORTS = "Too many exports are running. Try again when one has finished."
EXPORT_TOO_LONG = "This export was stopped after {seconds:.0f} seconds. Narrow the list."

# Exported files
CUT_OFF = "CUT OFF: this export took too long and is not complete."
BROKEN_OFF = "CUT OFF: this export failed and is not complete."
SHEET = "Export"
PRINTED = "{rows}.{left} CMMS Sync, {made:%Y-%m-%d %H:%M} UTC, {who}"
LONGER = " The list is longer. Export it, or filter it first."

# Document: routes
ME = "Who you are and what you may do"
META = "What a resource consists of"
ALL_META = "Every resource and how they relate"
READINGS = "Readings of a machine"
LAST_DIAGNOSIS = "The last diagnosis of this process"
RUN_DIAGNOSIS = "Run the diagnosis"
LIST = "a page of the list"
BADGES = "rows per tab"
CHIPS = "rows per quick filter in a tab"
EXPORT = "all matching rows as a file"
FILE = "The file"
RECORD = "one record"
ROUTE = "{resource}: {what}"
PREVIEW = "what '{action}' would do"
CHANGES_NOTHING = "Changes nothing."
ACTION = "{explain}\n\nValues: {fields}. Needs the capability `{capability}`."
NO_FIELDS = "none"
ACCEPTED = "A run in Airflow does the rest; the response names it."

# Document: parameters and fields
VERSION = "the row_version that you have seen; required by actions on one record"
REQUEST = (
    "a name of your own for this call. Sent twice within a day, the call is carried out once and the second response"
    " repeats the first; a different call with the same name is refused"
)
OUTCOME_DETAILS = "The result row by row, for actions that report it."
OUTCOME_PATHS = "Where each of the details links to; empty for one without a link."
OUTCOME_RUNS = "Runs in Airflow that do the rest."
TAB = "one of the resource's tabs"
SEARCH = "search"
ORDER = "fields, separated by commas; -field for descending order"
CHIP = "quick filters; a row must match all of them"
WHERE = "nested conditions as JSON"
PROBLEM_FIELDS = "What is wrong with which value."
PROBLEM_PATH = "Where to see what prevents it."
TOTAL = "How many rows match in total."
COOKIE = "Airflow's login"
BEARER = "a token from Airflow's /auth/token"
FILTERS = (
    "Every other parameter is a filter: `<field>=<value>` (repeat it to match any of several values) or"
    " `<field>.<operator>=<value>`, where the operator is one of `contains`, `starts`, {operators}; `between` takes two"
    " values. Fields: {fields}. `where` takes nested conditions as JSON:"
    ' `{{"all": [...]}}` or `{{"any": [...]}}` with groups and conditions such as'
    ' `{{"field": "id", "is": "at_least", "values": ["17"]}}`; at most three levels of groups and thirty conditions.'
    "{relations} Tabs: {tabs}."
)
RELATIONS = (
    " A group with `some` or `none` is about the rows that belong to a record:"
    ' `{{"some": "{example}", "all": [...]}}`. These are {related}.'
)
