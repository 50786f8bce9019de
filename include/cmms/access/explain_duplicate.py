"""What exists already: a unique key that a change would have broken, said at the field of the form.

Whoever looks before they insert may be overtaken by somebody who inserts the same at that moment; only the database
knows, and here is the one place that translates what it says.
"""

from __future__ import annotations

import re

from cmms.access.actors import Invalid, ViewError, WrongState
from cmms.database import error_number

_DUPLICATE = 1062
EXISTS = "exists already"
KEYS: dict[str, tuple[str, str]] = {
    "uk_plants_code": ("plant_code", "A plant with this code exists already."),
    "uk_groups_name": ("name", "A group with this name exists already."),
    "uk_group_rules_priority": ("priority", "A rule with this priority exists already."),
    "uk_equipment_number": ("equipment_number", "A machine with this number exists already."),
    "uk_maintenance_plans_name": ("name", "A plan with this name exists already."),
    "uk_view": ("name", "A view with this name exists already."),
    "uk_meter_segments": ("from_date", "A meter change on this day exists already."),
    "uk_measuring_points_name": ("name", "A measuring point with this name exists already."),
    "uk_installations_child": ("child_id", "This machine is installed already."),
    "uk_installations_from": ("from_date", "This machine was installed on that day already."),
    "uk_equipment_availability": ("from_date", "A period that begins on this day exists already."),
    "uk_equipment_maintenance": ("plan_id", "One of the machines has a schedule of this plan already."),
}
"""Field and sentence of each unique key whose values people choose."""


def explain_duplicate(error: BaseException) -> ViewError | None:
    """The refusal that a person gets; None if the error is another one."""
    if error_number(error) != _DUPLICATE:
        return None
    text = str(error.args[1]) if len(error.args) > 1 else ""
    found = re.search(r"for key '(?:\w+\.)?(\w+)'$", text)  # at the end: the value before it may look like it
    known = KEYS.get(found[1]) if found else None
    if known is None:
        return WrongState("Somebody else has created the same at this moment. Look at it again.")
    field, sentence = known
    return Invalid(sentence, **{field: EXISTS})
