"""The two values that people state of a meter change, as fields of every form that asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cmms.access.actors import Invalid
from cmms.parse_input import parse_number
from cmms_ui.definition.schema import Choice, Field
from cmms_ui.resources.meter_changes import text

KINDS = (
    Choice("replacement", text.REPLACEMENT),
    Choice("reset", text.RESET),
    Choice("rollover", text.ROLLOVER),
)
ALL_KINDS = (*KINDS, Choice("accepted", text.ACCEPTED), Choice("initial", text.INITIAL))
COUNTER_VALUES = (
    Field("old_final", text.OLD_FINAL, "number", help=text.OLD_FINAL_HELP, example="4980"),
    Field("new_initial", text.NEW_INITIAL, "number", help=text.NEW_INITIAL_HELP, example="0"),
)


def read_counter_values(values: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Old final and new initial value; None where nobody has stated it."""
    found: list[Decimal | None] = []
    for field in COUNTER_VALUES:
        given = values.get(field.name)
        try:
            found.append(None if given in (None, "") else parse_number(given).quantize(Decimal("0.001")))
        except ValueError as error:
            raise Invalid(str(error), **{field.name: str(error)}) from None
    return found[0], found[1]
