"""The codes that the simulator expects of a sync are those of the independent reference in `tests/oracle`."""

from collections import Counter
from datetime import date, timedelta

import pytest

from cmms.simulator import KINDS, SimulatorConfig, SourceData
from tests.oracle.predict_tables import Oracle

FIRST_DAY = date(2026, 1, 27)


def rejected(records):
    return Counter((records.texts[d.position], d.expected_code) for d in records.defects if d.expected_code)


@pytest.mark.feature("TEST-19", "SYNC-04")
@pytest.mark.parametrize("kinds", [None, tuple(KINDS)], ids=["default kinds", "all kinds"])
def test_the_reference_rejects_exactly_the_expected_records_and_stores_the_true_hours(kinds):
    data = SourceData(SimulatorConfig(equipment=600, defect_rate=0.2, defect_kinds=kinds))
    oracle = Oracle(plants=[code for code, _ in data.plants()])
    oracle.sync_equipment(data.equipment().texts, FIRST_DAY)
    assert Counter((r.payload, r.code) for r in oracle.rejects) == rejected(data.equipment())
    for day in (FIRST_DAY + timedelta(days=number) for number in range(3)):
        records = data.running_times(day)
        seen = len(oracle.rejects)
        oracle.sync_running_time(day, records.texts, day + timedelta(days=1))
        if day == FIRST_DAY:
            continue  # some kinds are only wrong against a stored day before
        assert Counter((r.payload, r.code) for r in oracle.rejects[seen:]) == rejected(records)
        odd = {defect.position: defect.kind for defect in records.defects}
        for machine, reading in enumerate(data.readings(day)):
            row = oracle.running_times.get((reading.equipment_number, day))
            if row is None:
                assert KINDS[odd[machine]].code
                continue
            assert row.cumulative_hours == reading.cumulative_hours
            if odd.get(machine) not in ("hours_mismatch", "more_than_24_hours"):
                assert row.running_hours == reading.running_hours
