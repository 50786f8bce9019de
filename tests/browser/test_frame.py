"""Links of the view in Airflow's own frame, whose sandbox allows no new tab: each kind is opened, in Chromium."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.conftest import LogIn
from tests.plugins import view_site

pytestmark = pytest.mark.browser

RUN = "scheduled__in_the_frame"
VIEW = "/plugin/cmms/cmms"


@pytest.fixture(scope="module")
def failed_run(address: str, seeded: dict[str, Any]) -> str:
    """Path of a failed run with a task of Airflow that failed."""
    view_site.store_dags()
    view_site.query(
        seeded,
        "INSERT INTO api_sync_logs (sync_type, status, dag_id, run_id, trigger_kind, sync_started_at, sync_completed_at)"
        " VALUES ('equipment', 'failed', 'equipment_sync', %s, 'schedule', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
        RUN,
    )
    _fail_first_task(RUN)
    key = view_site.query(seeded, "SELECT id FROM api_sync_logs WHERE run_id = %s", RUN)[0]["id"]
    return f"{VIEW}/syncs/{key}"


def _fail_first_task(run_id: str) -> None:
    """A DAG run in Airflow's database of which ``open_run`` failed."""
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState, TaskInstanceState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    with create_session() as session:
        assert session.get(DagModel, "equipment_sync")
        dag = SerializedDagModel.get_dag("equipment_sync", session=session)
        assert dag is not None
        from airflow._shared.timezones.timezone import utcnow

        run = dag.create_dagrun(
            run_id=run_id,
            run_type=DagRunType.SCHEDULED,
            run_after=utcnow(),
            logical_date=utcnow(),
            data_interval=None,
            state=DagRunState.FAILED,
            triggered_by=DagRunTriggeredByType.TIMETABLE,
            session=session,
        )
        assert isinstance(run, DagRun)
        for task in run.get_task_instances(session=session):
            if task.task_id == "open_run":
                task.state, task.try_number = TaskInstanceState.FAILED, 1


def _open_in_frame(log_in: LogIn, path: str, role: str = "viewer", **options: Any) -> tuple[Page, FrameLocator]:
    page = log_in(role, **options)
    page.goto(path)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    return page, frame


def _opens(page: Page, link: Locator, **click: Any) -> Page:
    """The tab that a click on the link opens."""
    with page.context.expect_page() as opened:
        link.click(**click)
    opened.value.wait_for_load_state()
    return opened.value


@pytest.mark.feature("STK-02", "NAV-02")
@pytest.mark.parametrize(
    ("name", "path"),
    [
        (re.compile("^Log of open_run"), f"/dags/equipment_sync/runs/{RUN}/tasks/open_run?try_number=1"),
        ("Run and task logs in Airflow", f"/dags/equipment_sync/runs/{RUN}"),
    ],
    ids=["log", "run"],
)
def test_a_link_to_airflow_opens_a_tab_from_within_the_frame(
    log_in: LogIn, address: str, failed_run: str, name: Any, path: str
) -> None:
    page, frame = _open_in_frame(log_in, failed_run)
    opened = _opens(page, frame.get_by_role("link", name=name).first)
    expect(opened).to_have_url(address + path)
    assert opened.evaluate("window.opener") is None  # the other page gets no hold of this one
    expect(opened.get_by_text("equipment_sync").first).to_be_visible()


@pytest.mark.feature("STK-02")
def test_the_print_view_opens_a_tab_and_an_export_is_saved(log_in: LogIn) -> None:
    page, frame = _open_in_frame(log_in, f"{VIEW}/plants")
    frame.get_by_role("button", name="Export").click()
    printed = _opens(page, frame.get_by_role("menuitem", name="Print"))
    assert "/cmms/api/v1/plants/export?" in printed.url
    expect(printed.get_by_role("table")).to_be_visible()
    printed.close()
    expect(frame.get_by_role("menuitem", name="Print")).to_have_count(0)  # who has chosen is done with the menu
    frame.get_by_role("button", name="Export").click()
    with page.expect_download() as saved:
        frame.get_by_role("menuitem", name="CSV").click()
    assert saved.value.suggested_filename.endswith(".csv")
    assert len(page.context.pages) == 1


@pytest.mark.feature("NAV-02")
@pytest.mark.parametrize("click", [{"modifiers": ["Control"]}, {"button": "middle"}], ids=["control", "middle"])
def test_any_link_opens_in_a_tab_when_a_person_asks_for_one(log_in: LogIn, click: dict[str, Any]) -> None:
    page, frame = _open_in_frame(log_in, f"{VIEW}/")
    opened = _opens(page, frame.get_by_role("navigation", name="CMMS").get_by_role("link", name="Plants"), **click)
    expect(opened.get_by_role("heading", level=1, name="Plants")).to_be_visible()
    expect(frame.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()  # stays


def test_who_is_logged_out_logs_in_again_in_a_tab(log_in: LogIn) -> None:
    page, frame = _open_in_frame(log_in, f"{VIEW}/equipment", errors_expected=True)
    page.context.clear_cookies()
    again = frame.get_by_role("link", name="Log in")
    expect(again).to_be_visible()
    opened = _opens(page, again)
    opened.fill("input[name=username]", "viewer")
    opened.fill("input[name=password]", view_site.PASSWORD)
    opened.click("button[type=submit]")
    opened.wait_for_url(lambda url: "/auth/login" not in url)
    frame.get_by_role("button", name="Continue").click()
    frame.get_by_role("navigation", name="CMMS").get_by_role("link", name="Plants").click()
    expect(frame.get_by_role("heading", level=1, name="Plants")).to_be_visible()


@pytest.mark.feature("NAV-02")
def test_links_open_a_tab_without_a_frame_too(log_in: LogIn, failed_run: str) -> None:
    page = log_in("viewer")
    page.goto(failed_run.removeprefix("/plugin/cmms"))
    opened = _opens(page, page.get_by_role("link", name="Run and task logs in Airflow").first)
    expect(opened).to_have_url(re.compile(f"/dags/equipment_sync/runs/{RUN}$"))


@pytest.mark.feature("NAV-01", "NAV-02")
@pytest.mark.parametrize(
    ("short", "whole", "title"),
    [
        ("/plugin/cmms/equipment/2", "/plugin/cmms/cmms/equipment/2", "Equipment 0"),
        ("/plugin/cmms/equipment?tab=inactive", "/plugin/cmms/cmms/equipment?tab=inactive", "Equipment"),
        ("/plugin/cmms/syncs/", "/plugin/cmms/cmms/syncs", "Syncs"),
    ],
)
def test_a_short_address_shows_its_page_in_the_frame(log_in: LogIn, short: str, whole: str, title: str) -> None:
    page, frame = _open_in_frame(log_in, short)
    expect(frame.get_by_role("heading", level=1, name=title)).to_be_visible()
    page.wait_for_url(re.compile(re.escape(whole) + "/?$"))


@pytest.mark.feature("NAV-01", "NAV-02")
@pytest.mark.parametrize(
    ("path", "title", "ends_at"),
    [
        ("/cmms/equipment/2", "Equipment 0", "/cmms/equipment/2"),
        ("/cmms/equipment?tab=inactive", "Equipment", "/cmms/equipment?tab=inactive"),
        ("/cmms/", "Dashboard", "/cmms/"),
        ("", "Dashboard", "/cmms/"),
        ("/equipment/2", "Dashboard", "/cmms/"),  # Airflow redirects it before a frame is there
    ],
)
def test_a_frame_that_always_opens_the_first_page_goes_on_to_the_page_of_the_address(
    log_in: LogIn, path: str, title: str, ends_at: str
) -> None:
    """As Airflow 3.3.1 shows plugins: the address says which page, its frame does not."""
    page = log_in("viewer")
    frame_only = '<!doctype html><html><body><iframe src="/cmms/" sandbox="allow-scripts allow-same-origin allow-forms"></iframe>'
    page.route("**/plugin/cmms**", lambda route: route.fulfill(body=frame_only, content_type="text/html"))
    page.goto(f"/plugin/cmms{path}")
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", level=1, name=title)).to_be_visible()
    shown = page.frames[1].url
    assert shown.endswith(ends_at), shown
