"""What people read about classification rules, in the order in which the pages show it."""

from __future__ import annotations

from cmms.words import agree, count_of

# The list: its name, columns and tab.
RULES = "Classification rules"
RULE = "Rule"
SEARCH_HINT = "Search pattern or group"
ID = "ID"
PRIORITY = "Priority"
GROUP = "Group"
FIELD = "Field"
FIELD_NUMBER = "Number"
FIELD_DESCRIPTION = "Description"
FIELD_PLANT = "Plant"
FIELD_COMPANY = "Company"
PATTERN = "Pattern"
STATUS = "Status"
CHANGED = "Changed"
GROUP_ID = "Group ID"
ACTIVE = "Active"
VERSION = "Version"
ALL = "All"
NO_RULES = "No rules yet. Machines stay without a group unless someone chooses one."

# The form.
PRIORITY_HELP = "Rules are tried in order, lowest number first."
PATTERN_HELP = "A Python regular expression, matched anywhere in the text. Start with (?i) to ignore case."

# Actions: create, edit, delete.
NEW = "New rule"
CREATE = "Create"
CREATE_EXPLAIN = (
    "At every equipment sync, the first rule that matches sets a machine's group. Groups that come from the "
    "source or that a person chose are not changed."
)
CREATED = "Rule created. It applies from the next equipment sync."
EDIT = "Edit"
SAVE = "Save"
SAVED = "Changes saved. They apply from the next equipment sync."
DELETE = "Delete"
DELETE_EXPLAIN = (
    "At the next equipment sync, the other rules decide the group of the machines that this rule classifies."
)
DELETED = "Rule deleted."

# What a change of the rules would do.
NONE_MOVES = "No machine changes its group at the next equipment sync."


def moves(count: int) -> str:
    """Machines that the next sync puts into another group."""
    machines = count_of(count, "machine changes its group", "machines change their group")
    return f"{machines} at the next equipment sync."


def stay(count: int) -> str:
    """Machines whose group a person chose."""
    were = agree(count, "was put in its group manually and stays", "were put in their group manually and stay")
    return f"{count:,} {were} there."


GROUP_NOW = "Current group"
GROUP_THEN = "New group"
MACHINES = "Machines"
