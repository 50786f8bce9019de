"""Widgets as a person uses them, by mouse and by keyboard: they say what they will do, do it, and show the result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import WAIT_MILLISECONDS, LogIn
from tests.plugins import view_site

pytestmark = pytest.mark.browser
expect.set_options(timeout=WAIT_MILLISECONDS)

MACHINE, SWITCHED = 7, 43
BRAND = "#00a651"
CALLBACKS = "**/_dash-update-component*"


def _widget(page: Page, title: str) -> Any:
    return page.locator(".cmms-widget", has=page.get_by_role("heading", name=title, exact=True))


@pytest.mark.feature("SCH-05", "SCH-04", "WIP-01")
def test_a_machines_chart_is_zoomed_by_keyboard_and_every_form_has_the_same_total(log_in: LogIn) -> None:
    page = log_in("viewer")
    page.goto(f"/cmms/equipment/{MACHINE}")
    widget = _widget(page, "Running time")
    total = widget.get_by_text(re.compile(r"^90 days: [\d.,]+ hours in 14 readings\."))
    expect(total).to_be_visible()
    said = total.inner_text().split(" hours")[0]
    for form in ("Lines", "Group average", "Bars"):
        widget.get_by_text(form, exact=True).click()
        expect(widget.get_by_text(re.compile(r"Group average: [\d.,]+ hours")).or_(total).first).to_be_visible()
        expect(widget.get_by_text(re.compile(re.escape(said)))).to_be_visible()
    shown = widget.locator("#machine-shown")
    first, last = shown.inner_text().split(" to ")
    thumb = widget.get_by_role("slider", name="First day shown")
    thumb.focus()
    for _ in range(13):
        thumb.press("ArrowRight")
    expect(shown).to_have_text(re.compile(rf"^(?!{first}).* to {last}: [\d.,]+ hours$"))
    hours = float(re.findall(r"([\d.,]+) hours", shown.inner_text())[0])
    assert 0 <= hours <= 48  # the two last days
    widget.get_by_role("button", name="Reset").click()
    expect(shown).to_have_text(re.compile(rf"^{first} to {last}: "))
    chart = widget.locator(".recharts-surface").first
    chart.focus()
    chart.press("ArrowRight")
    expect(widget.locator(".recharts-tooltip-wrapper")).to_contain_text("Hours")


@pytest.mark.feature("WAD-01")
def test_up_to_ten_machines_lie_over_each_other_with_one_legend_that_puts_them_on_and_off(
    log_in: LogIn, seeded: dict[str, Any]
) -> None:
    numbers = [
        row["n"]
        for row in view_site.query(
            seeded,
            "SELECT e.equipment_number AS n FROM equipment e JOIN equipment_running_times r ON r.equipment_id = e.id"
            " GROUP BY e.id HAVING COUNT(*) = 14 ORDER BY e.id LIMIT 11",
        )
    ]
    from cmms_ui.present_rows import hours_text

    page = log_in("viewer")
    page.goto("/cmms/running-times")
    widget = _widget(page, "Machine comparison")
    lines, legend = widget.locator(".recharts-line"), widget.get_by_role("group", name="Machines in the chart")
    expect(legend.get_by_role("checkbox")).to_have_count(3)  # the busiest, until somebody chooses
    widget.get_by_role("textbox").first.fill(", ".join([*numbers, "nobody"]))
    expect(legend.get_by_role("checkbox")).to_have_count(10)
    expect(lines).to_have_count(10)
    expect(widget.locator(".recharts-legend-wrapper")).to_have_count(0)  # one legend
    expect(widget.get_by_text("Showing at most 10 machines; 1 more were entered.")).to_be_visible()
    expect(widget.get_by_text("No machine has the number nobody.")).to_be_visible()
    looks = widget.locator(".recharts-line-curve").evaluate_all(
        "lines => lines.map(line => getComputedStyle(line).stroke + line.getAttribute('stroke-dasharray'))"
    )
    assert len(set(looks)) == 10
    legend.get_by_text(numbers[3], exact=True).click()
    expect(lines).to_have_count(9)
    expect(legend.get_by_role("checkbox", name=numbers[3])).not_to_be_checked()
    legend.get_by_role("checkbox", name=numbers[3]).press("Space")
    expect(lines).to_have_count(10)
    widget.get_by_text("Totals as a table").click()
    stored = view_site.query(
        seeded,
        "SELECT SUM(r.running_hours) AS h FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id"
        " WHERE e.equipment_number = %s",
        numbers[3],
    )[0]["h"]
    row = widget.get_by_role("row").filter(has_text=numbers[3])
    expect(row.get_by_role("cell").last).to_have_text(hours_text(stored))
    expect(row.get_by_role("link")).to_have_attribute("href", re.compile(r"/equipment/\d+$"))


@pytest.mark.feature("WID-02", "CMP-02", "CUS-04")
def test_five_thousand_cells_are_drawn_in_a_moment_and_walked_by_arrow_keys(log_in: LogIn) -> None:
    page = log_in("viewer")
    page.goto("/cmms/")
    cells = page.get_by_role("region", name="Health of each active machine").locator("a")
    expect(cells.first).to_be_visible()
    expect(page.locator("#page .mantine-Skeleton-root")).to_have_count(0)
    page.route(CALLBACKS, lambda _route: None)  # no refresh draws what is stored over it
    drawn = page.evaluate("""() => {
        const machines = Array.from({length: 5000}, (_, i) => [i + 1, "E" + i, i % 9 ? "good" : "bad", "1.0 of 2.0 h since service, 50 %"]);
        const begin = performance.now();
        window.dash_clientside.cmms.drawHealth({plants: {P001: machines}, signs: {good: "✓", bad: "!"}, words: {good: "good", bad: "bad"},
                                                base: "/cmms/equipment/"});
        document.getElementById("health-cells").getBoundingClientRect();
        return performance.now() - begin;
    }""")
    assert drawn < 2_000, f"{drawn} ms"
    assert page.locator("#health-cells a[tabindex='0']").count() == 1  # one stop of the Tab key, not 5,000
    page.locator("#health-cells a").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tooltip")).to_have_text("E1: good. 1.0 of 2.0 h since service, 50 %")
    page.keyboard.press("End")
    expect(page.get_by_role("tooltip")).to_contain_text("E4999")
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()


@pytest.mark.feature("WAD-16")
def test_a_switch_moves_at_once_can_be_undone_and_goes_back_when_refused(log_in: LogIn, seeded: dict[str, Any]) -> None:
    page = log_in("op")
    page.goto(f"/cmms/equipment/{SWITCHED}")
    switch = page.get_by_role("switch", name="Active")
    expect(switch).to_be_checked()
    held: list[Route] = []
    page.route(CALLBACKS, lambda route: held.append(route))
    switch.press("Space")
    expect(switch).not_to_be_checked()  # and nobody has answered yet
    assert held
    for route in held:
        route.continue_()
    page.unroute(CALLBACKS)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The machine is active again")).to_be_visible()
    expect(switch).to_be_checked()
    expect(page.get_by_text(re.compile(r"^Activated \d+ s ago\.$"))).to_be_visible()
    page.wait_for_timeout(6_000)  # the page reads itself anew after each change, and is to have done so
    page.wait_for_load_state("networkidle")
    view_site.query(seeded, "UPDATE equipment SET row_version = row_version + 1 WHERE id = %s", SWITCHED)
    switch.press("Space")
    expect(page.get_by_text("This machine has been changed meanwhile")).to_be_visible()
    expect(switch).to_be_checked()
    assert view_site.query(seeded, "SELECT is_active FROM equipment WHERE id = %s", SWITCHED)[0]["is_active"] == 1


@pytest.mark.feature("WAD-13", "WIP-04", "SYM-03")
def test_a_sync_is_started_from_the_dashboard_after_it_said_which_and_of_what_once(
    log_in: LogIn, seeded: dict[str, Any]
) -> None:
    view_site.store_dags()
    started = "SELECT COUNT(*) AS n FROM audit_log WHERE action = 'trigger'"
    before = view_site.query(seeded, started)[0]["n"]
    page = log_in("user")
    page.goto("/cmms/")
    page.get_by_title("Sync running time").click()
    dialog = page.get_by_role("dialog", name="Sync running times")
    expect(
        dialog.get_by_text(re.compile(r"Syncs the running times of \d{4}-\d\d-\d\d for all plants and machines"))
    ).to_be_visible()
    dialog.get_by_role("button", name="Start", exact=True).dblclick()
    expect(page.get_by_text("Running time sync started")).to_be_visible()
    expect(dialog).to_have_count(0)
    assert view_site.query(seeded, started)[0]["n"] == before + 1


@pytest.mark.feature("WAD-14", "CALM-04")
def test_bulk_actions_need_a_selection_and_all_that_match_is_a_step_of_its_own(
    log_in: LogIn, seeded: dict[str, Any]
) -> None:
    page = log_in("op")
    page.goto("/cmms/equipment?tab=active&plant_code=P002")
    stored = view_site.query(
        seeded,
        "SELECT COUNT(*) AS n FROM equipment e JOIN plants p ON p.id = e.plant_id WHERE e.is_active = 1 AND p.plant_code = 'P002'",
    )[0]["n"]
    expect(page.get_by_text(f"{stored} rows", exact=True)).to_be_visible()
    launcher, bar = _widget(page, "Bulk operations"), page.locator(".cmms-selection")
    dialog = page.get_by_role("dialog")
    everything = page.get_by_role("button", name=f"Select all {stored} that match")

    def open_from(place: Locator, concerns: str) -> None:
        place.get_by_role("button", name="Deactivate", exact=True).click()
        expect(dialog.get_by_text(concerns)).to_be_visible()
        dialog.get_by_role("button", name="Close").last.click()
        expect(dialog).to_have_count(0)

    launcher.get_by_role("button", name="Deactivate", exact=True).click()
    expect(page.get_by_text("Select rows in the list first.")).to_be_visible()
    expect(dialog).to_have_count(0)
    page.locator(".ag-row .ag-checkbox-input").first.check()
    for place in (launcher, bar):
        open_from(place, "Applies to 1 row.")
    everything.click()
    expect(page.get_by_text(f"All {stored} that match are selected", exact=True)).to_be_visible()
    for place in (launcher, bar):
        open_from(place, f"Applies to {stored} rows.")
    page.locator(".ag-row .ag-checkbox-input").first.uncheck()
    expect(bar).to_be_hidden()
    launcher.get_by_role("button", name="Deactivate", exact=True).click()
    expect(dialog).to_have_count(0)
    page.locator(".ag-row .ag-checkbox-input").first.check()
    everything.click()
    expect(page.get_by_text(f"All {stored} that match are selected", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Search").fill("pump")  # another list: what was on is not on any more
    expect(page.get_by_text("1 row selected", exact=True)).to_be_visible()
    open_from(bar, "Applies to 1 row.")


@pytest.mark.feature("CUS-04", "NAV-02", "A11Y-01")
def test_the_view_is_used_without_a_mouse(log_in: LogIn) -> None:
    page = log_in("viewer")
    page.goto("/cmms/")
    expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#page")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts").get_by_text("Find a page")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", level=1, name="Equipment")).to_be_visible()
    menu = page.get_by_role("navigation", name="CMMS")
    expect(menu.locator("[aria-current=page]")).to_have_text("Equipment")
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search")).to_be_focused()
    menu.get_by_role("link", name="Syncs").focus()
    page.keyboard.press("Shift+Tab")
    focused = page.evaluate(
        "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth"
    )
    assert focused == "solid2px"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Equipment")).to_be_visible()


@pytest.mark.feature("WIP-03")
def test_back_from_a_row_of_a_table_returns_to_the_same_place(log_in: LogIn) -> None:
    page = log_in("viewer")
    page.set_viewport_size({"width": 1440, "height": 500})
    page.goto("/cmms/")
    expect(page.locator("#page .mantine-Skeleton-root")).to_have_count(0)
    run = _widget(page, "Recent runs").get_by_role("link").first
    expect(run).to_be_visible()
    run.evaluate("link => link.scrollIntoView({ block: 'center' })")  # a click then need not scroll
    page.wait_for_timeout(300)  # the page notes where it stands
    place = page.evaluate("window.scrollY")
    assert place > 100
    run.click()
    expect(page.get_by_role("heading", level=1, name="Sync run")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
    page.wait_for_function("place => Math.abs(window.scrollY - place) < 3", arg=place)


@pytest.mark.feature("TAB-G3")
def test_instants_of_widgets_are_those_of_the_persons_own_zone(log_in: LogIn, seeded: dict[str, Any]) -> None:
    page = log_in("viewer", timezone="Asia/Kolkata")
    page.goto("/cmms/equipment")
    good = view_site.query(
        seeded,
        "SELECT DATE_FORMAT(MAX(sync_completed_at) + INTERVAL 330 MINUTE, '%%Y-%%m-%%d %%H:%%i') AS at FROM api_sync_logs"
        " WHERE sync_type = %s AND status IN ('success', 'partial')",
        "equipment",
    )[0]["at"]
    expect(_widget(page, "Daily syncs").get_by_text(good, exact=True).first).to_be_visible()


@pytest.fixture
def branded(seeded: dict[str, Any], address: str) -> Iterator[None]:
    """A stored version of the settings with a brand, for the time of a test."""
    body = json.dumps({"view": {"brand_colour": BRAND, "font": "Courier New, monospace"}})
    view_site.query(seeded, "INSERT INTO config_versions (version, body, created_by) VALUES (9999, %s, 'a test')", body)
    yield
    view_site.query(seeded, "DELETE FROM config_versions WHERE version = 9999")


@pytest.mark.feature("THM-02")
def test_a_brand_of_the_settings_colours_header_buttons_and_charts_after_a_reload(log_in: LogIn, branded: None) -> None:
    from cmms_ui.definition.tokens import brand_tokens

    light, _ = brand_tokens(BRAND)
    page = log_in("op")
    page.goto("/cmms/equipment")

    def colour(selector: str, what: str) -> str:
        channels = re.findall(r"\d+", page.locator(selector).first.evaluate(f"e => getComputedStyle(e).{what}"))
        return "#" + "".join(f"{int(value):02x}" for value in channels[:3])

    expect(page.locator(".cmms-bar-plain").first).to_be_visible()
    assert colour(".cmms-menu-current", "color") == light["brand"]
    assert colour(".cmms-actions button", "backgroundColor") == light["brand-fill"]
    assert colour(".cmms-bar-plain", "backgroundColor") == light["brand-mark"]
    assert "Courier New" in page.locator("h1").evaluate("e => getComputedStyle(e).fontFamily")


@pytest.mark.feature("WAD-16")
def test_a_widget_whose_request_was_not_its_turn_asks_again_and_fills_itself(log_in: LogIn) -> None:
    page = log_in("viewer", errors_expected=True)
    refused: list[str] = []

    def refuse_at_first(route: Route) -> None:
        body = route.request.post_data or ""
        if '"widget-ask"' in body and body not in refused and len(refused) < 4:
            refused.append(body)
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"title": "Too many requests"})
        else:
            route.continue_()

    page.route(CALLBACKS, refuse_at_first)
    page.goto("/cmms/")
    expect(page.locator(".cmms-widget").first).to_be_visible()
    expect(page.locator("#page .mantine-Skeleton-root")).to_have_count(0)
    assert len(refused) == 4


@pytest.mark.feature("CALM-02")
def test_components_look_once_at_many_steps_that_draw_nothing_and_at_once_at_one_that_does(log_in: LogIn) -> None:
    page = log_in("viewer")
    page.goto("/cmms/plants")
    expect(page.locator(".ag-row:not(.cmms-row-awaited)").first).to_be_visible()
    session = page.context.new_cdp_session(page)
    session.send("Profiler.enable")
    session.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": False})

    def count_calls(steps: int) -> int:
        """How often React asks a component while so many steps change the state, and not the layout."""
        session.send("Profiler.takePreciseCoverage")  # counts from here on
        page.evaluate(
            """steps => {
                for (let step = 0; step < steps; step++)
                    window.store.dispatch({type: "LOADING", payload: [{path: ["nowhere", step], property: "x", id: "x"}]});
                return new Promise(done => setTimeout(done, 300));
            }""",
            steps,
        )
        scripts = session.send("Profiler.takePreciseCoverage")["result"]
        react = next(script for script in scripts if "react-dom" in script["url"])
        return max(function["ranges"][0]["count"] for function in react["functions"])

    once = min(count_calls(1) for _ in range(3))  # when no callback answers meanwhile
    assert once > 300  # there are as many components
    assert min(count_calls(40) for _ in range(3)) < 4 * once
    drawn = page.evaluate(
        """() => {
            window.dash_clientside.set_props("session-over", {title: "as it is set"});
            return new Promise(done => queueMicrotask(() => setTimeout(
                () => done(document.querySelector("#session-over")?.title), 0)));
        }"""
    )
    assert drawn == "as it is set"
