"""What a run was given and nobody would read is refused, and what is read has the right type."""

from __future__ import annotations

from typing import Any

import pytest

from cmms.dag_tasks.check_conf import check_conf
from cmms.dag_tasks.choose_scope import scope_of
from cmms.errors import SettingsError
from cmms.settings import Settings
from cmms.streams import STREAMS
from tests.unit.dag_tasks.test_choose_scope import DagRun


@pytest.mark.feature("JOB-03")
@pytest.mark.parametrize(
    ("conf", "known", "sentence"),
    [
        (
            {"startdate": "2026-01-31"},
            STREAMS["running_time"].conf_keys,
            "unknown key 'startdate'; this DAG takes start_date,",
        ),
        (
            {"start_date": "2026-01-31"},
            STREAMS["equipment"].conf_keys,
            "unknown key 'start_date'; this DAG takes plant_codes",
        ),
        ({"a": 1, "b": 2}, STREAMS["equipment"].conf_keys, "unknown key 'a', 'b';"),
        ({"date": "2026-01-31"}, (), "unknown key 'date'; this DAG takes none"),
    ],
)
def test_an_unknown_key_is_refused_and_the_known_ones_are_named(
    conf: dict[str, Any], known: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        check_conf(conf, known)
    assert sentence in str(refused.value)


def test_what_was_given_wins_over_the_defaults() -> None:
    known = ("plant_codes", "equipment_numbers")
    defaults = {"plant_codes": [], "equipment_numbers": []}
    assert check_conf({"plant_codes": ["P1"]}, known, defaults) == {"plant_codes": ["P1"], "equipment_numbers": []}
    assert check_conf(None, known, defaults) == defaults


@pytest.mark.feature("JOB-03")
@pytest.mark.parametrize(
    ("conf", "sentence"),
    [
        ({"plant_codes": "P001"}, "plant_codes: a list of texts such as"),
        ({"plant_codes": [1001]}, "plant_codes: a list of texts such as"),
        ({"equipment_numbers": {"a": 1}}, "equipment_numbers: a list of texts such as"),
        ({"equipment_numbers": 0}, "equipment_numbers: a list of texts such as"),
        ({"start_date": 20260131}, "start_date: a date such as"),
        ({"start_date": ["2026-01-31"]}, "start_date: a date such as"),
        ({"end_date": "2026-02-30"}, "end_date: a date such as"),
        ({"end_date": False}, "end_date: a date such as"),
        ({"end_date": "x" * 1000}, "xxx..."),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(conf: dict[str, Any], sentence: str) -> None:
    run = DagRun(conf=conf)
    with pytest.raises(SettingsError) as refused:
        scope_of("running_time", run, {}, Settings())
    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 250
