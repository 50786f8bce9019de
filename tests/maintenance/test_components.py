"""Components run with the machines that they are installed in; periods of availability; what verify says of meters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from cmms.access.actors import Actor, Capability, Invalid, WrongState
from cmms.database import session
from cmms.maintenance.meters.change_availability import begin_period, delete_periods
from cmms.maintenance.meters.change_installations import delete_installations, install_component, remove_component
from cmms.maintenance.meters.read_life import read_life
from cmms.maintenance.verify_maintenance import verify_maintenance
from tests.maintenance.workshop import Workshop

OP = Actor("op", frozenset(Capability))


@pytest.fixture(autouse=True)
def own_pool(workshop: Workshop) -> Iterator[None]:
    """Sessions of people go to this test's schema."""
    from cmms.access.connections import engine

    engine.cache_clear()
    yield
    engine().dispose()
    engine.cache_clear()


def life_of(machine: int) -> tuple[Decimal, Decimal | None, date]:
    """Life hours, counter and day of the newest reading."""
    with session() as connection:
        found = read_life(connection, (machine,), date(2026, 2, 1))[machine]
    return found.life_hours, found.counter, found.date


@pytest.mark.feature("DOM-29")
def test_an_engine_that_moves_keeps_its_hours_and_is_due_by_them(workshop: Workshop) -> None:
    workshop.plan("Engine", group="Engines", interval_hours=100, start_from="zero")
    engine = workshop.machine("ENGINE", group="Engines")
    first, second = workshop.machine("TRUCK-1"), workshop.machine("TRUCK-2")
    workshop.read(first, {"2026-01-01": ("8", "5000"), "2026-01-02": ("10", "5010"), "2026-01-05": ("9", "5039")})
    workshop.read(second, {"2026-01-05": ("5", "300"), "2026-01-07": ("20", "340"), "2026-01-08": ("20", "20")})
    point = workshop.insert("measuring_points", equipment_id=second)
    workshop.insert("meter_segments", point_id=point, from_date="2026-01-08", kind="replacement", created_by="x")
    install_component(OP, engine, {"parent_number": "TRUCK-1", "from_date": "2026-01-02"})
    assert life_of(engine) == (39, None, date(2026, 1, 5))
    with pytest.raises(Invalid, match="installed elsewhere"):
        install_component(OP, engine, {"parent_number": "TRUCK-2", "from_date": "2026-01-06"})
    remove_component(OP, engine, {"to_date": "2026-01-04"})
    assert life_of(engine) == (10, None, date(2026, 1, 2))  # the reading of the fourth is missing
    key = install_component(OP, engine, {"parent_number": "TRUCK-2", "from_date": "2026-01-06"})
    assert life_of(engine) == (
        10 + 60,
        None,
        date(2026, 1, 8),
    )  # counted from the reading of the fifth, over the new counter
    workshop.read(second, {"2026-01-09": ("24", "74"), "2026-01-06": ("20", "320")})
    workshop.evaluate("2026-01-09")
    schedule = workshop.site.query(
        "SELECT state, hours_to_go FROM equipment_maintenance WHERE equipment_id = %s", engine
    )
    assert schedule == [{"state": "overdue", "hours_to_go": -(10 + 60 + 54 - 100)}]
    delete_installations(OP, [key])
    assert life_of(engine)[0] == 10
    workshop.read(engine, {"2026-01-09": ("1", "700")})
    assert life_of(engine) == (700, 700, date(2026, 1, 9))  # it has a counter of its own by now


@pytest.mark.feature("DOM-29")
@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({"parent_number": "NONE"}, "parent_number", "there is no such machine"),
        ({"parent_number": "ENGINE"}, "parent_number", "is this machine"),
        ({"parent_number": "PART"}, "parent_number", "is installed in this machine"),
        ({"from_date": "2199-01-01"}, "from_date", "is in the future"),
        ({"from_date": None}, "from_date", "is required"),
    ],
)
def test_an_installation_that_cannot_be_is_refused(
    workshop: Workshop, values: dict[str, str], field: str, why: str
) -> None:
    engine, truck, part = (workshop.machine(number) for number in ("ENGINE", "TRUCK", "PART"))
    workshop.insert("installations", child_id=part, parent_id=engine, from_date="2026-01-01", noted_by="x")
    with pytest.raises(Invalid) as refused:
        install_component(OP, engine, {"parent_number": "TRUCK", "from_date": "2026-01-02", **values})
    assert refused.value.fields == {field: why}
    with pytest.raises(WrongState):
        remove_component(OP, truck, {"to_date": "2026-01-03"})
    with pytest.raises(Invalid, match="cannot be"):
        remove_component(OP, part, {"to_date": "2025-12-31"})


@pytest.mark.feature("DOM-02")
def test_a_period_that_begins_ends_the_one_before_and_two_never_overlap(workshop: Workshop) -> None:
    machine = workshop.machine("M-1")
    begin_period(OP, machine, {"kind": "standby", "from_date": "2026-01-01"})
    begin_period(
        OP, machine, {"kind": "laid_up", "from_date": "2026-01-10", "to_date": "2026-01-20", "reason": "winter"}
    )
    for days in (
        {"from_date": "2026-01-15"},
        {"from_date": "2025-12-01"},
        {"from_date": "2025-12-01", "to_date": "2026-01-05"},
    ):
        with pytest.raises(Invalid, match="covers"):
            begin_period(OP, machine, {"kind": "standby", **days})
    with pytest.raises(Invalid):
        begin_period(OP, machine, {"kind": "standby", "from_date": "2026-02-02", "to_date": "2026-02-01"})
    rows = workshop.site.query(
        "SELECT id, kind, from_date, to_date, reason FROM equipment_availability ORDER BY from_date"
    )
    assert [tuple(row.values())[1:] for row in rows] == [
        ("standby", date(2026, 1, 1), date(2026, 1, 9), None),
        ("laid_up", date(2026, 1, 10), date(2026, 1, 20), "winter"),
    ]
    assert delete_periods(OP, [row["id"] for row in rows]) == 2
    assert workshop.site.value("SELECT COUNT(*) FROM audit_log WHERE entity = 'equipment_availability'") == 5


@pytest.mark.feature("TEST-30", "DOM-05")
def test_verify_names_an_offset_that_readings_and_statements_do_not_give(workshop: Workshop) -> None:
    machine = workshop.machine("M-1")
    workshop.read(machine, {"2026-01-01": ("8", "5000"), "2026-01-02": ("8", "8")})
    point = workshop.insert("measuring_points", equipment_id=machine)
    workshop.insert("meter_segments", point_id=point, from_date="2026-01-02", kind="replacement", created_by="x")
    workshop.evaluate()
    assert verify_maintenance() == []
    workshop.site.execute("UPDATE meter_segments SET offset_hours = offset_hours + 1")
    [told] = verify_maintenance()
    assert f"Machine {machine}: from 2026-01-02 on" in told and "5001.000" in told and "5000.000" in told
    workshop.evaluate()
    assert verify_maintenance() == []
