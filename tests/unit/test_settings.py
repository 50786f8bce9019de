"""The settings: the documented file equals the defaults, and a wrong value is named before anything runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pydantic
import pytest
import yaml

from cmms.errors import SettingsError
from cmms.settings import Frozen, Settings, load_settings, parse_settings
from cmms.settings.settings_file import DEFAULT_FILE, find_plants_file, find_settings_file
from cmms.streams import STREAMS


def _uncommented() -> str:
    """The documented file with the first "#" of every line removed, as its first paragraph says."""
    return re.sub(r"^#", "", DEFAULT_FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _unset(section: Frozen, name: str = "") -> Iterator[str]:
    for field in type(section).model_fields:
        path = f"{name}.{field}".lstrip(".")
        if field not in section.model_fields_set:
            yield path
        elif isinstance(value := getattr(section, field), Frozen):
            yield from _unset(value, path)


def test_the_documented_file_as_delivered_is_the_defaults_and_strict() -> None:
    assert load_settings(DEFAULT_FILE) == parse_settings({"api": {"strict": True}})
    assert not any(Settings().stream(stream).strict for stream in STREAMS)


def test_the_documented_values_are_the_defaults() -> None:
    raw = yaml.safe_load(_uncommented())
    assert raw["api"].pop("strict") is True
    assert parse_settings(raw).model_dump() == Settings().model_dump()


def test_every_field_is_documented() -> None:
    assert list(_unset(parse_settings(yaml.safe_load(_uncommented())))) == []


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n"])
def test_an_empty_file_means_the_defaults(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cmms.yaml"
    file.write_text(text, encoding="utf-8")
    assert load_settings(file) == Settings()


@pytest.mark.feature("PKG-01")
def test_the_sites_own_files_lie_below_the_airflow_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.delenv("CMMS_CONFIG_FILE", raising=False)
    assert (find_settings_file(), find_plants_file()) == (DEFAULT_FILE, DEFAULT_FILE.parent / "plants.csv")
    (tmp_path / "cmms").mkdir()
    (tmp_path / "cmms/cmms.yaml").write_text("timezone: Europe/Berlin\n", encoding="utf-8")
    (tmp_path / "cmms/plants.csv").write_text("plant_code,name\n", encoding="utf-8")
    assert load_settings().timezone == "Europe/Berlin"
    assert find_plants_file() == tmp_path / "cmms/plants.csv"
    (tmp_path / "named.yaml").write_text("timezone: Asia/Tokyo\n", encoding="utf-8")
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(tmp_path / "named.yaml"))
    assert load_settings().timezone == "Asia/Tokyo"
    assert find_plants_file() == tmp_path / "cmms/plants.csv"
    (tmp_path / "plants.csv").write_text("plant_code,name\n", encoding="utf-8")
    assert find_plants_file() == tmp_path / "plants.csv"


def test_the_environment_names_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("timezone: Europe/Berlin\n", encoding="utf-8")
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(file))
    assert load_settings().timezone == "Europe/Berlin"
    other = tmp_path / "other.yaml"
    other.write_text("timezone: Asia/Tokyo\n", encoding="utf-8")
    assert load_settings(other).timezone == "Asia/Tokyo"  # a file that is named wins


def test_api_values_reach_both_streams_and_a_stream_overrides_them() -> None:
    settings = parse_settings(
        {
            "api": {"pagination": {"size": 100, "style": "offset"}, "gzip": False},
            "streams": {"equipment": {"pagination": {"size": 7}}},
        }
    )
    equipment, running_time = settings.streams.equipment, settings.streams.running_time
    assert (equipment.pagination.size, equipment.pagination.style, equipment.gzip) == (7, "offset", False)
    assert (running_time.pagination.size, running_time.pagination.style) == (100, "offset")
    assert (equipment.path, running_time.path) == ("/equipment", "/running-time")


SECTIONS = {
    "api": {"strict": True, "pagination": {"size": 100}},
    "streams": {"running_time": {"path": "/hours"}},
}


@pytest.mark.feature("ARC-01")
def test_sources_default_means_what_stands_at_the_top() -> None:
    flat = parse_settings({**SECTIONS, "timezone": "Europe/Berlin"})
    assert parse_settings({"sources": {"default": SECTIONS}, "timezone": "Europe/Berlin"}) == flat
    mixed = {"sources": {"default": {"api": SECTIONS["api"]}}, "streams": SECTIONS["streams"]}
    assert parse_settings({**mixed, "timezone": "Europe/Berlin"}) == flat
    assert (flat.connection, flat.stream("running_time").pagination.size) == ("cmms_api", 100)
    named = parse_settings({"sources": {"default": {"connection": "erp"}}})
    assert (named.connection, named.streams) == ("erp", Settings().streams)


@pytest.mark.feature("ARC-01")
@pytest.mark.parametrize("empty", [{}, {"sources": {}}, {"sources": {"default": {}}}])
def test_a_source_of_which_nothing_is_said_is_the_default_one(empty: dict[str, object]) -> None:
    assert parse_settings(empty) == Settings()


@pytest.mark.feature("ARC-01")
@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        ({"default": {}, "telematics": {}}, "sources: this version has one source, called default; several sources"),
        ({"erp": {"connection": "erp"}}, "sources: this version has one source, called default"),
        ({"default": {"api": {"strict": False}}}, "sources.default: api must stand here or at the top of the settings"),
        ({"default": {"connection": "a b"}}, "sources.default.connection: "),
        ({"default": {"profile": "x"}}, "sources.default.profile: unknown field"),
    ],
)
def test_what_a_source_cannot_be_yet_is_refused_with_a_sentence(sources: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        parse_settings({"api": {"strict": True}, "sources": sources})


@pytest.mark.feature("ARC-01")
def test_what_was_stored_before_there_were_sources_still_loads() -> None:
    chosen = parse_settings({**SECTIONS, "rules": {"look_back_days": 3}})
    before = chosen.model_dump(mode="json", exclude={"sources"})
    assert Settings.model_validate_json(json.dumps(before)) == chosen  # pinned in a run
    assert parse_settings(before) == chosen  # a version that the database holds
    assert Settings.model_validate_json(chosen.model_dump_json()) == chosen


def test_a_factor_is_exact() -> None:
    settings = parse_settings({"api": {"numbers": {"cumulative_hours_factor": "1/3600"}}})
    assert settings.streams.running_time.numbers.cumulative_hours_factor == Fraction(1, 3600)


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ({"rules": {"unknown_plants": "reject"}}, r"rules\.unknown_plants: unknown field"),
        ({"rules": {"unknown_plant": "ignore"}}, r"rules\.unknown_plant: .*'reject' or 'create'"),
        ({"timezone": "Europe/Atlantis"}, r"timezone: an IANA time zone name"),
        ({"api": {"numbers": {"running_hours_factor": 0}}}, r"running_hours_factor: a positive number"),
        ({"engine": {"chunk_records": 1}}, r"engine\.chunk_records: .*100"),
        ({"engine": {"lease_seconds": 1}}, r"engine\.lease_seconds: .*5"),
        ({"api": {"retries": {"attempts": 0}}}, r"equipment\.retries\.attempts: .*1"),
        ({"api": {"retries": {"attempts": 21}}}, r"equipment\.retries\.attempts: .*20"),
        ({"api": {"numbers": {"running_hours_factor": "1/0"}}}, r"running_hours_factor: a positive number"),
        ({"api": {"retries": {"retry_after_cap": float("inf")}}}, r"retries\.retry_after_cap: .*finite"),
        ({"engine": {"unit_wait_seconds": float("inf")}}, r"engine\.unit_wait_seconds: .*finite"),
        ({"api": {"timeouts": {"page": 1e12}}}, r"timeouts\.page: .*10000000"),
        ({"rules": {"max_rejected_percent": 101}}, r"rules\.max_rejected_percent: .*100"),
        ({"rules": {"look_back_days": 32}}, r"rules\.look_back_days: .*31"),
        ({"view": {"slow_ms": 2000, "very_slow_ms": 2000}}, r"view: very_slow_ms must be more than slow_ms"),
        ({"view": {"fresh_minutes": 60, "old_minutes": 60}}, r"view: old_minutes must be more than fresh_minutes"),
        ({"streams": {"running_time": {"parallel_requests": 99}}}, r"running_time\.parallel_requests: .*32"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(raw: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        parse_settings(raw)


@pytest.mark.parametrize("text", ["[1, 2]", "a: b: c", "just text"])
def test_a_file_that_is_no_mapping_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"broken\.yaml"):
        load_settings(file)


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml"):
        load_settings(tmp_path / "nowhere.yaml")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        Settings().rules.future_days = 2


def test_settings_survive_the_log_row_they_are_pinned_in() -> None:
    settings = parse_settings({"api": {"numbers": {"running_hours_factor": "1/3600"}}, "timezone": "Asia/Tokyo"})
    assert Settings.model_validate_json(settings.model_dump_json()) == settings
