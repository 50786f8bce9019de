"""Data Docs: Great Expectations' pages of what syncs have kept, readable without any network."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from cmms.errors import HandoverMissing
from cmms.operations.data_docs.build_data_docs import build_data_docs
from cmms.operations.data_docs.list_validations import list_validations
from cmms.settings import Settings, parse_settings
from cmms.storage import Storage
from cmms.sync.validate.rule_suites import load_suite


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return parse_settings({"storage": {"base_path": str(tmp_path / "storage")}})


def keep(
    settings: Settings,
    run: int,
    unit: str,
    *,
    token: str = "a1",
    bad: dict[str, int] | None = None,
    at: int = 0,
    names_stream: bool = True,
) -> None:
    """Results as step validate keeps them; older versions named no stream."""
    stream = "equipment" if unit == "equipment" else "running_time"
    rules = load_suite(stream)["expectations"]
    results: list[dict[str, Any]] = [
        {**{name: rule[name] for name in ("type", "kwargs", "severity", "meta")}, "element_count": 1000,
         "unexpected_count": (bad or {}).get(rule["meta"]["code"], 0)}
        for rule in rules
    ]  # fmt: skip
    storage = Storage(settings.storage)
    file = f"runs/{run}/units/{unit}/{token}/validation.json"
    storage.write_bytes(file, json.dumps({"stream": stream, "results": results} if names_stream else results).encode())
    os.utime(storage.base / file, (1_770_000_000 + at, 1_770_000_000 + at))


def text_of(page: Path) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8")))


def test_each_kept_unit_has_a_page_that_says_which_rules_were_broken(settings: Settings, tmp_path: Path) -> None:
    keep(settings, 11, "equipment")
    keep(settings, 12, "2026-01-30", bad={"COUNTER_DECREASED": 3})
    index = build_data_docs(tmp_path / "docs", settings=settings)
    assert index == tmp_path / "docs" / "index.html"
    text = text_of(index)
    assert "running_time 2026-01-30 12" in text
    assert "1 not met by every record" in text
    assert "equipment 11" in text and "all met" in text
    links = re.findall(r'href="([^"]+\.html)"', index.read_text(encoding="utf-8"))
    assert len(links) == 4  # two units, two suites
    assert all((index.parent / link).exists() for link in links)
    page = next((tmp_path / "docs" / "validations").rglob("2026-01-30.html"))
    assert "COUNTER_DECREASED" in text_of(page)
    assert "3 unexpected values found. 0.3% of 1000 total rows." in text_of(page)
    assert "Unsuccessful Expectations 1" in text_of(page)


def test_no_page_needs_a_network(settings: Settings, tmp_path: Path) -> None:
    keep(settings, 12, "2026-01-30")
    index = build_data_docs(tmp_path / "docs", settings=settings)
    pages = list(index.parent.rglob("*.html"))
    assert len(pages) == 3
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"""(src|href)=["']https?:""", text)
        assert "<script" not in text
        [style] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
        assert (page.parent / style).resolve().exists()
        for link in re.findall(r'href="([^"#]+\.html)"', text):
            assert (page.parent / link).resolve().exists(), f"{page}: {link}"


def test_a_unit_shows_its_newest_attempt_and_only_the_latest_units_are_shown(
    settings: Settings, tmp_path: Path
) -> None:
    keep(settings, 9, "2026-01-31", token="late", bad={"COUNTER_DECREASED": 1}, at=50)
    keep(settings, 9, "2026-01-31", token="early")
    keep(settings, 10, "2026-01-30")
    keep(settings, 10, "2026-01-31")
    storage = Storage(settings.storage)
    storage.write_bytes("runs/10/units/2026-02-01/x/validation.json", b"[]")  # a day without records
    storage.write_bytes("runs/8/2026-01-31/manifest.json", b"{}")  # fetched only
    found = list(list_validations(storage))
    assert [(kept.sync_log_id, kept.unit_key, kept.broken) for kept in found] == [
        (10, "2026-01-31", 0),
        (10, "2026-01-30", 0),
        (9, "2026-01-31", 1),
    ]
    index = build_data_docs(tmp_path / "docs", latest=2, settings=settings)
    assert len(list((index.parent / "validations").rglob("*.html"))) == 2


def test_results_of_an_older_version_name_no_stream(settings: Settings) -> None:
    keep(settings, 9, "2026-01-31", names_stream=False)
    keep(settings, 10, "equipment", names_stream=False)
    keep(settings, 11, "2026-01-31")
    found = list(list_validations(Storage(settings.storage)))
    assert [(kept.sync_log_id, kept.stream, kept.records) for kept in found] == [
        (11, "running_time", 1000),
        (10, "equipment", 1000),
        (9, "running_time", 1000),
    ]


def test_nothing_kept_is_said_clearly(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(HandoverMissing, match=r"no validation results are kept in .*run a sync first"):
        build_data_docs(tmp_path / "docs", settings=settings)
    assert not (tmp_path / "docs").exists()
