"""What people read about equipment groups, in the order in which the pages show it."""

from __future__ import annotations

# The list: its name, columns and tab.
GROUPS = "Groups"
GROUP = "Group"
SEARCH_HINT = "Search name"
ID = "ID"
NAME = "Name"
STATUS = "Status"
PLANS = "Maintenance plans"
MACHINES = "Machines"
DESCRIPTION = "Description"
ADDED = "Added"
ACTIVE = "Active"
VERSION = "Version"
ALL = "All"
NO_GROUPS = "No groups yet. Groups classify machines, and a maintenance plan can cover a group."

# Actions.
NEW = "New group"
CREATE = "Create"
CREATED = "Group {name} created."
EDIT = "Edit"
SAVE = "Save"
SAVED = "Changes saved."
