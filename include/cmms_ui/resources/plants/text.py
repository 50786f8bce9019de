"""What people read about plants, in the order in which the pages show it."""

from __future__ import annotations

# The list: its name and columns.
PLANTS = "Plants"
PLANT = "Plant"
SEARCH_HINT = "Search code or name"
ID = "ID"
CODE = "Code"
NAME = "Name"
STATUS = "Status"
MACHINES = "Machines"
DESCRIPTION = "Description"
ADDED = "Added"
ACTIVE = "Active"
VERSION = "Version"

# The tabs, and what each says when it is empty.
ALL = "All"
NO_PLANTS = "No plants yet. Records are rejected until their plant is added here."
NONE_ACTIVE = "No active plants."
INACTIVE = "Inactive"
NONE_INACTIVE = "No inactive plants."

# Actions.
NEW = "New plant"
CREATE = "Create"
CREATE_EXPLAIN = "Records that were rejected because this plant was unknown can be replayed afterwards."
CREATED = "Plant {code} created."
EDIT = "Edit"
SAVE = "Save"
EDIT_EXPLAIN = "The code identifies the plant in the source and cannot be changed."
SAVED = "Changes saved."
