"""Rows as objects: values take the declared type, and a row that does not fit is refused by name."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from cmms.figures.typed_rows import make_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A row."""

    name: str
    machines: int
    hours: Decimal
    rate: float | None
    is_active: bool


ROW: dict[str, Any] = {
    "name": "P001",
    "machines": Decimal(3),
    "hours": Decimal("1.250"),
    "rate": Decimal("0.5"),
    "is_active": 1,
}


@pytest.mark.feature("STK-03")
def test_sums_and_truth_take_the_type_that_is_declared_and_decimals_stay_exact() -> None:
    [row] = make_rows(Figure, "figures/x", [ROW])
    assert (row.machines, row.is_active, row.rate) == (3, True, 0.5)
    assert (type(row.machines), type(row.rate), type(row.is_active)) == (int, float, bool)
    assert str(row.hours) == "1.250"
    with pytest.raises(FrozenInstanceError):
        row.machines = 4  # type: ignore[misc]


@pytest.mark.feature("STK-03")
@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ({**ROW, "plant_code": "P001"}, "plant_code"),
        ({name: value for name, value in ROW.items() if name != "hours"}, "hours"),
    ],
)
def test_a_column_without_a_field_and_a_field_without_a_column_are_named(row: dict[str, Any], wrong: str) -> None:
    with pytest.raises(TypeError, match=f"^figures/x: columns and the fields of Figure differ: {wrong}$"):
        make_rows(Figure, "figures/x", [row])


@pytest.mark.feature("STK-03")
@pytest.mark.parametrize("wrong", [{"machines": None}, {"machines": Decimal("1.5")}, {"name": 7}])
def test_a_value_of_another_type_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        make_rows(Figure, "figures/x", [{**ROW, **wrong}])
