"""Forecasts are stored once a night, from the tables: rates of all machines, bands of those whose turn it is, figures."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from benchmarks.backtest.synthetic import make_fleet
from cmms.cli import main
from cmms.maintenance.forecast.read_histories import read_histories_of
from cmms.maintenance.forecast.store_forecasts import choose_machines, store_forecasts
from tests.maintenance.workshop import Workshop

TODAY = date(2026, 2, 1)


def fill(workshop: Workshop, machine: int, life: np.ndarray) -> None:
    """Daily readings that end on today, in life hours; NaN: none."""
    counters = np.round(life, 2)
    rows = [
        (machine, TODAY - timedelta(days=len(life) - 1 - day), str(counter))
        for day, counter in enumerate(counters)
        if counter == counter
    ]
    with workshop.site.session() as connection:
        connection.cursor().executemany(
            "INSERT INTO equipment_running_times (equipment_id, plant_id, date, running_hours, cumulative_hours)"
            " VALUES (%s, 1, %s, 0, %s)",
            rows,
        )


def forecast_of(workshop: Workshop, machine: int) -> dict[str, object]:
    (row,) = workshop.site.query("SELECT * FROM equipment_forecasts WHERE equipment_id = %s", machine)
    return row


def everything(workshop: Workshop) -> list[dict[str, object]]:
    """Both tables; figures are written anew, so their instants differ."""
    forecasts = workshop.site.query("SELECT * FROM equipment_forecasts ORDER BY equipment_id")
    figures = workshop.site.query("SELECT * FROM forecast_backtests ORDER BY as_of, machine_class")
    return [*forecasts, *({name: row[name] for name in row if name != "created_at"} for row in figures)]


@pytest.mark.feature("DOM-08", "DOM-11", "DOM-12", "DOM-14")
def test_rates_of_all_machines_are_stored_with_why_there_is_no_date(workshop: Workshop) -> None:
    gaps = np.arange(100) * 8.0
    gaps[1::2] = np.nan
    alike, missing, new, stale, idle, unread, single = (
        workshop.machine(number, group="Pumps") for number in ("A", "B", "C", "D", "E", "F", "G")
    )
    fill(workshop, alike, 1000 + np.arange(400) * 6.0)
    fill(workshop, missing, gaps)
    fill(workshop, new, np.arange(8) * 2.0)
    fill(workshop, stale, np.append(np.arange(100) * 8.0, [np.nan] * 15))
    fill(workshop, idle, np.full(400, 500.0))
    fill(workshop, single, np.array([40.0]))
    night = store_forecasts(TODAY)
    assert (night.machines, night.looked_at, night.is_outdated) == (7, 7, False)

    def rates(machine: int) -> tuple[object, ...]:
        row = forecast_of(workshop, machine)
        return (row["rate_short"], row["rate_mid"], row["rate_long"], row["basis"], row["reason"])

    six, eight, zero = (Decimal(f"{hours}.000") for hours in (6, 8, 0))
    assert rates(alike) == (six, six, six, "windows", None)
    assert rates(missing) == (eight, eight, eight, "windows", None)
    # Seven days at 2, drawn to the group's (6 + 8 + 8 + 0) / 4.
    drawn = Decimal(str(round(0.25 * 2 + 0.75 * 5.5, 3))).quantize(Decimal("0.001"))
    assert rates(new) == (drawn, drawn, drawn, "short_history", None)
    assert rates(stale) == (eight, eight, eight, "windows", "stale")
    assert rates(idle) == (zero, zero, zero, "windows", "no_usage")
    assert rates(unread) == (None, None, None, None, "no_reading")
    assert rates(single) == (None, None, None, None, "no_rate")
    assert forecast_of(workshop, stale)["newest_date"] == TODAY - timedelta(days=15)
    assert forecast_of(workshop, unread)["newest_date"] is None


@pytest.mark.feature("DOM-11", "DOM-12", "DOM-14")
def test_rates_follow_what_the_measuring_points_say(workshop: Workshop) -> None:
    hours = np.concatenate([np.arange(100) * 2.0, 198 + np.arange(1, 11) * 10.0])  # 2 h a day, in the end 10
    methods: dict[str, tuple[dict[str, Any], str]] = {
        "A": ({"rate_method": "sliding_days", "rate_window": 10}, "10.000"),
        "B": ({"rate_method": "sliding_readings", "rate_window": 21}, "6.000"),  # ten days of 2, ten of 10
        "C": ({"rate_method": "static", "static_rate": "3.5"}, "3.500"),
        "D": ({"rate_method": "all"}, "2.734"),  # 298 h in 109 days
    }
    for number, (point, _) in methods.items():
        machine = workshop.machine(number)
        fill(workshop, machine, hours)
        workshop.insert("measuring_points", equipment_id=machine, **point)
    unread = workshop.machine("E")
    fill(workshop, unread, np.array([40.0]))
    workshop.insert("measuring_points", equipment_id=unread, annual_estimate="730.50")
    patient = workshop.machine("F")
    fill(workshop, patient, np.append(hours, [np.nan] * 20))
    workshop.insert("measuring_points", equipment_id=patient, stale_days=30)
    store_forecasts(TODAY)
    found = {
        row["equipment_number"]: str(row["rate_mid"])
        for row in workshop.site.query(
            "SELECT e.equipment_number, f.rate_mid FROM equipment_forecasts f JOIN equipment e ON e.id = f.equipment_id"
        )
    }
    assert {number: found[number] for number in methods} == {number: rate for number, (_, rate) in methods.items()}
    assert abs(Decimal(found["E"]) - Decimal(2)) < Decimal("0.01")  # 730.5 h a year
    assert forecast_of(workshop, patient)["reason"] is None


@pytest.mark.feature("DOM-02", "DOM-04", "LIF-02")
def test_rates_and_histories_are_of_life_hours_and_of_trusted_readings(workshop: Workshop) -> None:
    replaced, doubted, plain = (workshop.machine(number) for number in ("A", "B", "C"))
    hours = 1_000 + np.arange(400) * 6.0
    changed = np.where(np.arange(400) >= 200, hours - 2_200, hours)  # a new counter begins at 0 with day 200
    jumped = hours.copy()
    jumped[-1] += 90_000
    for machine, life in ((replaced, changed), (doubted, jumped), (plain, hours)):
        fill(workshop, machine, life)
    day = TODAY - timedelta(days=199)
    with workshop.site.session() as connection:
        cursor = connection.cursor()
        cursor.execute("INSERT INTO measuring_points (equipment_id) VALUES (%s)", (replaced,))
        cursor.execute(
            "INSERT INTO meter_segments (point_id, from_date, kind, old_final, new_initial, offset_hours, created_by)"
            " VALUES (LAST_INSERT_ID(), %s, 'replacement', 2200, 0, 2200, 'x')",
            (day,),
        )
        cursor.execute(
            "INSERT INTO doubtful_readings (equipment_id, date, code, counter, previous_date, growth_hours, allowed_hours)"
            " VALUES (%s, %s, 'EXCEEDS_DAY', %s, %s, 90006, 24)",
            (doubted, TODAY, str(jumped[-1]), TODAY - timedelta(days=1)),
        )
        connection.commit()
    store_forecasts(TODAY)
    six = Decimal("6.000")
    for machine in (replaced, doubted, plain):
        row = forecast_of(workshop, machine)
        assert (row["rate_short"], row["rate_mid"], row["rate_long"]) == (six, six, six)
    assert forecast_of(workshop, doubted)["newest_date"] == TODAY - timedelta(days=1)
    with workshop.site.session() as connection:
        histories = read_histories_of(connection, [replaced, doubted, plain], TODAY)
    assert np.array_equal(histories.life[0], hours)
    assert np.array_equal(histories.life[1][:-1], hours[:-1]) and np.isnan(histories.life[1][-1])
    assert np.array_equal(histories.life[2], hours)


@pytest.mark.feature("FC-01", "FC-02")
def test_a_night_stores_bands_and_the_figures_of_the_back_test(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    life = make_fleet(2, seed=4).read[:, -500:]
    machines = [workshop.machine(f"M{at}") for at in range(len(life))]
    for machine, row in zip(machines, life, strict=True):
        fill(workshop, machine, row)
    night = store_forecasts(TODAY)
    steady = forecast_of(workshop, machines[2])
    assert steady["machine_class"] == "steady"
    assert 0 < steady["low_short"] <= 1 <= steady["high_short"]
    assert (steady["errors_short"], steady["band_as_of"]) == (24, TODAY)
    figures = workshop.site.query("SELECT * FROM forecast_backtests ORDER BY machine_class = 'all' DESC, machine_class")
    assert figures[0]["machine_class"] == "all"
    assert {row["machine_class"] for row in figures} == {one.name for one in night.figures}
    assert figures[0]["dues"] == 8 * len(machines) == sum(row["dues"] for row in figures[1:])
    assert (figures[0]["looked_at"], figures[0]["all_machines"]) == (14, 14)
    assert figures[0]["covered"] + figures[0]["early"] + figures[0]["late"] == pytest.approx(1, abs=Decimal("0.0002"))

    before = everything(workshop)
    assert main(["backtest", "--date", str(TODAY)]) == 0
    printed = capsys.readouterr().out
    assert "14 machines with rates, 14 machines with a new band" in printed
    assert "all: 14 machines, 112 past forecasts," in printed
    assert everything(workshop) == before, "the same readings again store the same"


@pytest.mark.feature("FC-02")
def test_an_older_day_changes_nothing_newer(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    fill(workshop, workshop.machine("A"), np.arange(60) * 6.0)
    store_forecasts(TODAY)
    before = everything(workshop)
    assert main(["backtest", "--date", "2026-01-20"]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert everything(workshop) == before


@pytest.mark.feature("FC-02")
def test_a_large_site_takes_turns_and_says_so(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    life = make_fleet(2, seed=4).read[:, -300:]
    for at, row in enumerate(life):
        fill(workshop, workshop.machine(f"M{at}"), row)
    assert main(["backtest", "--date", str(TODAY), "--machines", "7"]) == 0
    printed = capsys.readouterr().out
    turn = workshop.site.query("SELECT COUNT(*) AS n FROM equipment_forecasts WHERE band_as_of IS NOT NULL")[0]["n"]
    assert 6 <= turn <= 8
    assert f"back-test of {turn} of 14 machines" in printed
    assert main(["backtest", "--date", str(TODAY + timedelta(days=1)), "--machines", "7"]) == 0
    rows = workshop.site.query("SELECT as_of, band_as_of FROM equipment_forecasts")
    assert {row["as_of"] for row in rows} == {TODAY + timedelta(days=1)}
    assert None not in {row["band_as_of"] for row in rows}, "each has had its turn"


@pytest.mark.feature("FC-02")
def test_every_machine_has_its_turn_and_each_night_has_both_halves() -> None:
    ids = np.arange(100_001)
    nights = [choose_machines(ids, TODAY + timedelta(days=night), 14_000) for night in range(8)]
    assert sorted(np.concatenate(nights).tolist()) == ids.tolist()
    assert max(len(night) for night in nights) < 14_000
    assert all(len(set((night % 2).tolist())) == 2 for night in nights)


@pytest.mark.feature("FC-02")
def test_a_site_without_machines_has_nothing_to_do(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest"]) == 0
    assert "0 machines with rates" in capsys.readouterr().out
