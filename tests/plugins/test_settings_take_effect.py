"""What the site sets is obeyed at the next look, without a restart: nothing of it is captured when a module is imported."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import refresh_widget, texts
from tools.state_folder import REPOSITORY

Tables = Callable[..., list[dict[str, Any]]]
READS = {"View", "Settings", "Rules", "Engine", "load_settings", "current_settings", "read_settings", "read_view_settings",
         "read_zone", "site_today", "last_due_day", "now", "today", "utcnow"}  # fmt: skip
FALLBACKS = {"make_stylesheet.py"}
"""A view without its settings still has its colours."""
ROOMS = ("access", "equipment", "figures", "listing", "maintenance", "quarantine", "run_control")
"""Of the services behind the view."""


@pytest.fixture
def settings_of_site(tables: Tables, airflow_app: Any) -> Iterator[Callable[..., None]]:
    """``settings_of_site(view={...})``: a stored version of the settings, which wins over the file."""

    def store(**sections: Any) -> None:
        tables("DELETE FROM config_versions WHERE version = 9996")
        body = json.dumps(sections)
        tables("INSERT INTO config_versions (version, body, created_by) VALUES (9996, %s, 'a test')", body)

    yield store
    tables("DELETE FROM config_versions WHERE version = 9996")


@pytest.mark.feature("WAD-07", "WAD-08", "TAB-G3", "THM-02")
def test_the_ages_and_durations_of_the_site_are_obeyed_at_once(
    client_for: ClientFor, settings_of_site: Callable[..., None]
) -> None:
    viewer = client_for("viewer")

    def signs(page: str, name: str) -> set[str]:
        """Those before an age: fresh, old, too old."""
        shown = texts(refresh_widget(viewer, page, name))
        return {text[0] for text in shown if text[0] in "✓▲✕" and text.endswith((" ago", "just now", "never"))}

    many = 60 * 24 * 365 * 50
    settings_of_site(view={"fresh_minutes": many, "old_minutes": many + 1})
    for name in ("freshness", "daily"):
        assert signs("syncs", name) - {"✕"} == {"✓"}, name  # a plant may have no reading at all
    settings_of_site(view={"fresh_minutes": 1, "old_minutes": many})
    assert signs("syncs", "freshness") - {"✕"} == {"▲"}  # the newest readings are those of yesterday
    settings_of_site(view={"slow_ms": 77, "very_slow_ms": 7777})
    said = " ".join(texts(refresh_widget(viewer, "dashboard", "calls")))
    assert "77 ms" in said and "7,777 ms" in said
    settings_of_site(view={"brand_colour": "#0a6b2c"})
    assert "#0a6b2c" in viewer.get("/cmms/assets/look.css").text


def test_the_day_of_the_site_is_that_of_the_settings_in_force(settings_of_site: Callable[..., None]) -> None:
    from cmms.maintenance.site_today import site_today

    found = set()
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):  # 26 hours apart, so never on the same day
        settings_of_site(timezone=zone)
        found.add(site_today())
    assert len(found) == 2


@pytest.mark.feature("WAD-08")
def test_no_module_reads_settings_or_the_clock_when_it_is_imported() -> None:
    found = []
    for folder in ("cmms_ui", *(f"cmms/{room}" for room in ROOMS)):
        for file in sorted((REPOSITORY / "include" / folder).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found += [f"{file.name}:{call.lineno}" for call in _calls_at_import(tree) if _name(call) in READS]
            if file.name not in FALLBACKS:  # the built-in defaults are not those of the site
                made = (
                    node
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Call) and _name(node) in ("View", "Settings")
                )
                found += [f"{file.name}:{call.lineno} uses the defaults" for call in made]
    assert found == []


def _calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Calls of module and class bodies, and of defaults and decorators of functions; not those within functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            outside = [*child.decorator_list, *child.args.defaults, *child.args.kw_defaults]
            for part in filter(None, outside):
                yield from _calls_at_import(ast.Expression(part))
        elif isinstance(child, ast.Lambda):
            continue
        else:
            if isinstance(child, ast.Call):
                yield child
            yield from _calls_at_import(child)


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


@pytest.mark.parametrize(
    ("source", "found"),
    [("LIMIT = View().fresh_minutes", 1), ("def f(limits=View()): pass", 1), ("class A:\n    at: int = now()", 1),
     ("def f():\n    return View()", 0), ("x = lambda: View()", 0)],
)  # fmt: skip
def test_the_search_finds_what_it_looks_for(source: str, found: int) -> None:
    assert len([call for call in _calls_at_import(ast.parse(source)) if _name(call) in READS]) == found
