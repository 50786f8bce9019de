"""Which occurrence a service answers, and what follows: waived, early, late, from paper, of another package."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cmms.maintenance.rules.next_occurrence import answers, next_occurrence
from cmms.maintenance.rules.values import Package, Plan, ServiceEvent, Start
from tests.unit.maintenance.goldens.build import NEW, days, done, follow, hours, target_date, target_hours


@pytest.mark.feature("DOM-17")
@pytest.mark.parametrize(
    ("services", "number", "target"),
    [
        ([], 1, 500),
        ([498], 2, 1000),
        ([700], 2, 1000),
        ([700, 720], 2, 1000),  # nearer to 500, which is answered, than to 1,000
        ([700, 750], 3, 1500),  # half way counts for the next one
        ([1100], 3, 1500),  # 500 and 1,000 have passed: 1,000 is skipped
        ([500, 1000], 3, 1500),
        ([100], 1, 500),  # too early for any
        ([800], 2, 1000),  # late for 500, although 1,000 is nearer
    ],
)
def test_a_service_answers_the_nearest_open_point_of_a_fixed_grid(
    services: list[int], number: int, target: int
) -> None:
    found = follow(hours(500, mode="fixed"), [done(at) for at in services])
    assert (found.number, found.target_life_hours) == (number, target)


@pytest.mark.feature("DOM-17", "OCC-02")
def test_each_service_names_the_occurrence_that_it_answered() -> None:
    package = hours(500, mode="fixed")
    events = [done(at) for at in (1990, 510, 620, 1600)]
    found = answers(Plan(packages=(package,)), package, events, NEW)
    assert [
        (
            int(each.event.life_hours or 0),
            each.occurrence and (each.occurrence.number, each.occurrence.target_life_hours),
        )
        for each in found
    ] == [(510, (1, 500)), (620, None), (1600, (2, 1000)), (1990, (4, 2000))]
    cycle = Plan(packages=(hours(100, "A"), hours(200, "B")), combine="cycle")
    turns = answers(cycle, cycle.packages[0], [done(300, package="B"), done(110, package="A")], NEW)
    assert [each.occurrence and each.occurrence.package for each in turns] == ["A", "B"]


@pytest.mark.feature("DOM-17", "OCC-01")
def test_what_was_called_counts_however_early_it_is_done() -> None:
    assert target_hours(hours(500, mode="fixed", lead_hours=Decimal(300)), [done(210)]) == 1000
    assert target_hours(hours(500, mode="fixed", lead_hours=Decimal(20)), [done(210)]) == 500


@pytest.mark.feature("DOM-16", "DOM-17")
def test_each_limit_of_a_fixed_package_has_its_own_grid() -> None:
    package = Package(code="P", interval_hours=Decimal(500), interval=1, unit="years", mode="fixed")
    yearly = follow(package, [done(100, date(2027, 1, 1))])
    assert (yearly.number, yearly.target_life_hours, yearly.target_date) == (2, 500, date(2028, 1, 1))
    busy = follow(package, [done(500, date(2026, 2, 1)), done(1000, date(2026, 3, 1))])
    assert (busy.target_life_hours, busy.target_date) == (1500, date(2027, 1, 1))


@pytest.mark.feature("DOM-17", "OCC-01")
def test_an_order_answers_the_occurrence_that_it_was_called_for() -> None:
    """Also where a lead in days called it by the rate, which the grid of hours does not know."""
    package = hours(500, mode="fixed", lead_days=14)
    ordered = ServiceEvent("P", Decimal(230), date(2026, 2, 1), called_life_hours=Decimal(500))
    assert target_hours(package, [done(230)]) == 500
    assert target_hours(package, [ordered]) == 1000
    # A service noted later had answered the 500 already: the order does not answer the 1,000 instead.
    earlier = ServiceEvent("P", Decimal(260), date(2026, 1, 20))
    assert target_hours(package, [ordered, earlier]) == 1000
    yearly = days(1, unit="years", mode="fixed")
    in_march = ServiceEvent("P", None, date(2026, 3, 1), called_date=date(2027, 1, 1))
    assert target_date(yearly, [in_march]) == date(2028, 1, 1)


@pytest.mark.feature("DOM-18", "OCC-01")
def test_what_was_called_for_a_larger_package_is_no_call_of_the_smaller() -> None:
    packages = (hours(250, "S", mode="fixed"), hours(1000, "L", hierarchy=2, mode="fixed"))
    plan = Plan(packages=packages, combine="suppress")
    early = ServiceEvent("L", Decimal(100), date(2026, 2, 1), called_life_hours=Decimal(1000))
    assert [follow(package, [early], NEW, plan).target_life_hours for package in packages] == [250, 2000]
    both = [early, ServiceEvent("S", Decimal(100), date(2026, 2, 1), called_life_hours=Decimal(250))]
    for events in (both, both[::-1]):
        assert follow(packages[0], events, NEW, plan).target_life_hours == 500


@pytest.mark.feature("OCC-02")
def test_paper_records_from_before_the_start_are_history() -> None:
    start = Start(Decimal(9900), date(2026, 1, 1))
    assert target_hours(hours(500), [done(9700, date(2025, 6, 1))], start) == 10_200
    assert target_hours(hours(500, mode="fixed"), [done(9800, date(2025, 12, 1))], start) == 10_500
    assert target_hours(hours(500, mode="fixed"), [done(9700, date(2025, 6, 1))], start) == 10_000


@pytest.mark.feature("DOM-20")
def test_a_waived_occurrence_leads_to_the_next_one_from_its_target() -> None:
    for mode in ("floating", "fixed", "window"):
        package = hours(500, mode=mode)
        assert target_hours(package, [ServiceEvent("P", Decimal(530), date(2026, 3, 1), waived=True)]) == 1000
        assert target_hours(package, [ServiceEvent("P", Decimal(100), date(2026, 3, 1), waived=True)]) == 1000
        assert target_hours(package, [ServiceEvent("P", Decimal(1200), date(2026, 3, 1), waived=True)]) == 1500
    yearly = days(1, unit="years")
    assert target_date(yearly, [ServiceEvent("P", None, date(2027, 2, 1), waived=True)]) == date(2028, 1, 1)


@pytest.mark.feature("DOM-18", "DOM-20")
def test_a_waived_large_package_answers_no_small_one() -> None:
    plan = Plan(packages=(hours(250, "S"), hours(1000, "L", hierarchy=2)), combine="suppress")
    waived = ServiceEvent("L", Decimal(1000), date(2026, 6, 1), waived=True)
    assert follow(plan.packages[0], [waived], NEW, plan).target_life_hours == 250
    assert follow(plan.packages[1], [waived], NEW, plan).target_life_hours == 2000


@pytest.mark.feature("DOM-18")
@pytest.mark.parametrize(("combine", "target"), [("suppress", 1250), ("merge", 500), ("independent", 500)])
def test_a_larger_service_counts_for_the_smaller_only_where_it_replaces_them(combine: str, target: int) -> None:
    plan = Plan(packages=(hours(250, "S"), hours(1000, "L", hierarchy=2)), combine=combine)  # type: ignore[arg-type]
    events = [done(250, package="S"), done(1000, package="L")]
    assert follow(plan.packages[0], events, NEW, plan).target_life_hours == target


@pytest.mark.feature("DOM-18", "OCC-02")
@pytest.mark.parametrize("combine", ["suppress", "merge", "independent", "cycle"])
def test_a_service_of_a_package_that_the_plan_lost_counts_for_none(combine: str) -> None:
    plan = Plan(packages=(hours(250, "S"), hours(1000, "L", hierarchy=2)), combine=combine)  # type: ignore[arg-type]
    assert follow(plan.packages[0], [done(700, package="gone")], NEW, plan).target_life_hours == 250


@pytest.mark.feature("DOM-18")
def test_two_packages_done_together_are_one_service() -> None:
    plan = Plan(packages=(hours(250, "S"), hours(1000, "L", hierarchy=2)), combine="suppress")
    together = [done(1000, date(2026, 6, 1), "S"), done(1000, date(2026, 6, 1), "L")]
    assert follow(plan.packages[0], together, NEW, plan).number == 2


@pytest.mark.feature("DOM-18")
def test_a_cycle_goes_on_after_the_package_that_was_done() -> None:
    plan = Plan(packages=(hours(100, "A"), hours(200, "B"), hours(300, "C")), combine="cycle")

    def turn(*events: ServiceEvent) -> tuple[str, Decimal | None]:
        [found] = [each for package in plan.packages if (each := next_occurrence(plan, package, events, NEW))]
        return found.package, found.target_life_hours

    assert turn() == ("A", 100)
    assert turn(done(110, package="A")) == ("B", 310)
    assert turn(done(110, package="A"), done(300, package="C")) == ("A", 400)


@pytest.mark.feature("DOM-18")
def test_a_fixed_cycle_counts_from_targets() -> None:
    plan = Plan(packages=(hours(100, "A", mode="fixed"), hours(200, "B", mode="fixed")), combine="cycle")
    events = [done(110, package="A"), done(290, package="B"), done(405, package="A")]
    targets = [follow(package, events[:n], NEW, plan).target_life_hours for n, package in enumerate(plan.packages * 2)]
    assert targets == [100, 300, 400, 600]


@pytest.mark.feature("DOM-10")
def test_what_is_not_known_gives_no_target() -> None:
    package = Package(code="P", interval_hours=Decimal(500), interval=1, unit="years")
    assert follow(package, [], Start()).target_life_hours is None
    assert target_date(package, [], Start()) is None
    assert target_hours(hours(500), [done(None, date(2026, 3, 1))]) == 500
    without_start = follow(package, [done(700, date(2026, 3, 1))], Start())
    assert (without_start.target_life_hours, without_start.target_date) == (1200, date(2027, 3, 1))
    assert target_hours(hours(500, mode="fixed"), [done(700)], Start()) == 1000


@pytest.mark.feature("DOM-17")
def test_a_shift_moves_the_grid_of_hours_too() -> None:
    package = hours(
        500, mode="fixed", tolerance_hours=Decimal(20), shift_late_percent=Decimal(50), shift_early_percent=Decimal(100)
    )
    assert target_hours(package, [done(520)]) == 1000
    assert target_hours(package, [done(541)]) == Decimal("1020.5")
    assert target_hours(package, [done(470)]) == 970


@pytest.mark.feature("DOM-17")
def test_a_window_keeps_the_31st() -> None:
    package = days(1, unit="months", mode="window", window_days=3)
    services = [done(None, date(2026, 2, 27)), done(None, date(2026, 3, 29)), done(None, date(2026, 5, 2))]
    targets = [target_date(package, services[:n], Start(None, date(2026, 1, 31))) for n in range(4)]
    assert targets == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


@pytest.mark.feature("DOM-17")
def test_the_anchor_day_itself_is_due_when_counting_began_before_it() -> None:
    package = days(1, unit="years", mode="fixed", anchor_date=date(2026, 6, 1))
    assert target_date(package, [], Start(None, date(2026, 1, 1))) == date(2026, 6, 1)
    assert target_date(package, [], Start(None, date(2026, 6, 1))) == date(2027, 6, 1)
    assert target_date(package, [], Start(None, date(2031, 7, 1))) == date(2032, 6, 1)


@pytest.mark.feature("DOM-17")
def test_no_day_is_later_than_the_last_one() -> None:
    for unit in ("days", "months", "years"):
        package = days(30, unit=unit)
        assert target_date(package, [done(None, date(9999, 12, 20))]) == date.max
        assert target_date(package, [done(None, date.max - timedelta(days=1))]) == date.max


@pytest.mark.feature("DOM-15")
@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"interval_hours": Decimal(0)},
        {"interval": 0},
        {"interval": 101, "unit": "years"},
        {"interval": 1, "call_horizon_percent": Decimal(101)},
        {"interval": 1, "shift_late_percent": Decimal(-1)},
    ],
)
def test_a_package_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="package 'P'"):
        Package(code="P", **wrong)  # type: ignore[arg-type]


@pytest.mark.feature("DOM-18")
def test_a_plan_needs_packages_with_codes_of_their_own() -> None:
    for packages in ((), (hours(1), hours(2))):
        with pytest.raises(ValueError, match="codes of their own"):
            Plan(packages=packages)
    with pytest.raises(KeyError):
        Plan(packages=(hours(1),)).package("Q")
