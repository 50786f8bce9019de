"""Texts of refusals and of what else the guard and the event stream answer."""

from __future__ import annotations

# Titles of problem documents and pages, by HTTP status
TITLES = {
    400: "Bad request",
    401: "Not logged in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict with the current state",
    413: "Too large",
    415: "Unsupported media type",
    416: "Range not available",
    422: "Not accepted",
    429: "Too many requests",
    500: "Internal error",
    502: "Refused by Airflow",
    503: "Not available",
    504: "No response in time",
}
ERROR = "Error"
PAGE_TITLE = "{title} - CMMS"
LOG_IN = "Log in to Airflow"
TO_START = "Go to the start page"

# What went wrong here
SOMETHING_WENT_WRONG = "Something went wrong. The API server's log has the details."
CANNOT_ANSWER = "This request cannot be answered."
LOGIN_SILENT = "Airflow's login service does not respond. Try again in a moment."
DATABASE_SILENT = "The CMMS database does not respond. Try again in a moment."
DATABASE_SLOW = "This takes the database too long. Request less at once: fewer conditions, fewer days or one plant."
AIRFLOW_MISSING = "Airflow's API is not available here."
AIRFLOW_SILENT = (
    "Airflow did not respond within {seconds:g} seconds. The request may still succeed: check before you repeat it."
)
TOO_MANY_REQUESTS = "Too many of your requests are running. Try again in a few seconds."

# What is wrong with the request
NO_SUCH_ADDRESS = "this address does not exist"
NEEDS_CAPABILITY = "this needs the capability '{capability}'"
JSON_ONLY = "only application/json is accepted"
NO_CALLBACK = "the body is not a callback"
NO_SUCH_CALLBACK = "there is no such callback"
NO_JSON = "the body is not valid JSON"
BAD_BODY = "body: {reason}"
ENDED_EARLY = "the request ended before its body was complete"
TOO_LARGE = "the body may have at most {limit:,} bytes"
THIS_SITE_ONLY = "writes are accepted from this site only"
NEEDS_ORIGIN = "a write with a cookie needs the Origin header"

# What is wrong with the call of a callback
WRONG_SHAPE = "the callback expects something else: {reason}"
WRONG_COUNT = "it takes {count} values here"
NO_LIST = "{name} takes a list of components"
PARTS_DISAGREE = "its parts do not agree on {name}"
SIBLINGS_DIFFER = "the properties of a list of components must name the same components"
CHANGED_NO_LIST = "changedPropIds must be a list of strings"
CHANGED_NO_INPUT = "changedPropIds may name inputs only"
NO_ID = "each part needs an id and the property {name}"
BAD_ID = "an id consists of strings and numbers"
NO_SUCH_RESOURCE = "there is no such resource"
ID_OF_WRONG_TYPE = "an id is a string or an object"
OTHER_ID = "{name} belongs to another component"
WRONG_TYPE = "{name} has the wrong type"

# Event stream
TOO_MANY_LISTENERS = "too many pages are open: this one refreshes on its own schedule"
NO_CHANGES = "the CMMS database does not respond"
