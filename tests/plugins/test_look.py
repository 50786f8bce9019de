"""Colours of the view: every contrast is computed, and a site's settings change them."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from cmms.errors import SettingsError
from cmms.settings import View, parse_settings
from tests.plugins.conftest import ClientFor

TONES = ("good", "info", "warn", "bad", "idle")


def _palettes(brand: str = "#4451c4") -> list[dict[str, str]]:
    from cmms_ui.definition.tokens import DARK, LIGHT, brand_tokens

    return [{**base, **made} for base, made in zip((LIGHT, DARK), brand_tokens(brand), strict=True)]


@pytest.mark.feature("THM-03", "A11Y-01")
def test_every_status_has_a_tone_a_sign_and_a_word_and_can_be_read_in_light_and_dark() -> None:
    from cmms_ui.definition.colours import contrast
    from cmms_ui.definition.status import COLOURS, SIGNS
    from cmms_ui.resources import RESOURCES

    columns = [column for resource in RESOURCES.values() for column in resource.columns if column.kind == "status"]
    statuses = [status for column in columns for status in column.statuses.values()]
    assert all(column.statuses for column in columns) and len(columns) > 15
    assert {status.tone for status in statuses} <= set(TONES) == set(COLOURS)
    assert {status.sign for status in statuses} == set(SIGNS) and all(status.label for status in statuses)
    for palette in _palettes():
        surfaces = [palette[name] for name in ("back", "card", "soft")]
        for name in (*TONES, "text", "dim", "brand"):
            behind = [*surfaces, palette[f"{name}-soft"]] if f"{name}-soft" in palette else surfaces
            assert min(contrast(palette[name], surface) for surface in behind) >= 4.5, name
        for name in (*(f"{tone}-mark" for tone in TONES), "brand-mark", "other-mark", "third-mark"):
            assert min(contrast(palette[name], surface) for surface in surfaces) >= 3, name


def test_contrast_is_that_of_wcag() -> None:
    from cmms_ui.definition.colours import contrast

    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ff0000", "#0000ff") == contrast("#0000ff", "#ff0000") == pytest.approx(2.15, abs=0.005)


@pytest.mark.feature("THM-02")
@pytest.mark.parametrize("brand", ["#ffdd00", "#e30613", "#000000", "#ffffff", "#00a651"])
def test_whatever_the_brand_colour_links_buttons_and_charts_can_be_read(brand: str) -> None:
    from cmms_ui.definition.colours import contrast

    for palette in _palettes(brand):
        assert min(contrast(palette["brand"], palette[name]) for name in ("brand-soft", "card", "back")) >= 4.5
        assert contrast("#ffffff", palette["brand-fill"]) >= 4.5
        assert contrast(palette["brand-mark"], palette["card"]) >= 3


@pytest.mark.feature("THM-01", "THM-02")
def test_font_logo_and_own_rules_stand_in_the_stylesheet_the_own_ones_last(tmp_path: Path) -> None:
    from cmms_ui.make_stylesheet import make_stylesheet

    logo, own = tmp_path / "logo.svg", tmp_path / "site.css"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    own.write_text(":root { --cmms-bad: #9b0022; }")
    css = make_stylesheet(View(font="Inter, sans-serif", logo=str(logo), stylesheet=str(own)))
    assert "--cmms-font: Inter, sans-serif;" in css
    assert 'url("data:image/svg+xml;base64,' in css
    assert css.rstrip().endswith(":root { --cmms-bad: #9b0022; }")


def test_a_missing_or_huge_file_leaves_the_look_as_it_is(tmp_path: Path, caplog: Any) -> None:
    from cmms_ui.make_stylesheet import make_stylesheet

    huge = tmp_path / "huge.css"
    huge.write_text("x" * 200_000)
    css = make_stylesheet(View(logo=str(tmp_path / "none.png"), stylesheet=str(huge)))
    assert css == make_stylesheet(View())
    assert "none.png" in caplog.text and "huge.css" in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [{"brand_colour": "red; } body { display: none"}, {"font": "x; } body {"}, {"logo": "/etc/passwd"}, {"stylesheet": "/etc/shadow"},
     {"fresh_minutes": 60, "old_minutes": 60}, {"slow_ms": 9_000}],
)  # fmt: skip
def test_settings_that_make_no_sense_or_break_out_of_their_place_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="view"):
        parse_settings({"view": wrong})


def test_the_stylesheet_is_served_to_who_is_logged_in(client_for: ClientFor) -> None:
    answer = client_for("viewer").get("/cmms/assets/look.css")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/css")
    assert "--cmms-good:" in answer.text
    assert client_for(None).get("/cmms/assets/look.css").status_code == 401
    assert 'href="/cmms/assets/look.css"' in client_for("viewer").get("/cmms/").text


@pytest.mark.feature("THM-03")
def test_no_colour_stands_outside_the_table(view_folder: Path) -> None:
    css = (view_folder / "assets/cmms.css").read_text(encoding="utf-8")
    assert set(re.findall(r"#[0-9a-f]{6}\b", css)) <= {"#c2182d"}  # the bell's number, white on red in both themes
    used = set(re.findall(r"var\(--cmms-([\w-]+)", css))
    for file in view_folder.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        used |= {name for name in re.findall(r"var\(--cmms-([\w-]+)\)", text) if "{" not in name}
        assert not re.search(r'"(indigo|teal|orange|grape|yellow|red)\.\d"', text), file
    assert used - {"font", "logo"} <= set(_palettes()[0])


def test_columns_of_figures_stand_right_and_texts_left() -> None:
    from cmms_ui.render.parts import link, small_table

    rows = [["P001", "1,204", link("12", "/equipment"), "44.0 %", "–"], ["P002", "–", "7", "8 %", "–"]]
    table = small_table(("Plant", "Machines", "Open", "Used", "Note"), rows, "Plants").children
    heads = [head.className for head in table.children[1].children.children]
    assert heads == [None, "cmms-right", "cmms-right", "cmms-right", None]  # nothing but dashes is no figure
    for row in table.children[2].children:
        assert [cell.className for cell in row.children] == heads
    machines = [[link("000000000010001171", "/equipment/1172"), "91,122.8 h over"], ["4711", "0.0 h over"]]
    table = small_table(("Machine", "Hours"), machines, "Overdue").children
    assert [head.className for head in table.children[1].children.children] == [None, "cmms-right"]


@pytest.mark.feature("ACT-09")
def test_a_step_says_that_it_has_not_counted_instead_of_nothing() -> None:
    from cmms.figures.open_runs import RunSteps
    from cmms_ui.resources.syncs.run_progress import step_line

    nothing = RunSteps(**{field.name: 0 for field in fields(RunSteps)})
    row = replace(nothing, units=24, writing=24)
    assert str(step_line(row)).count("not counted yet") == 2
    merged = replace(row, units_done=1, fetched=2001, rejected=8)
    assert "2,001 records" in str(step_line(merged)) and "not counted yet" not in str(step_line(merged))
    assert "0 records" in str(step_line(row, ended="failed"))
