"""The page of syncs: its tabs and widgets say what the tables say, and what they offer does what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import buttons, prefilled, refresh_widget, texts, walk

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
TABS = ["live", "equipment", "running_time", "history", "failed"]


def _act(client: Any, verb: str, **body: Any) -> Any:
    return client.post(f"{API}/syncs/actions/{verb}", json=body)


@pytest.mark.feature("SYM-01")
def test_the_five_tabs_stand_in_the_order_of_the_source_and_each_has_widgets(client_for: ClientFor) -> None:
    from cmms_ui.resources import RESOURCES

    meta = client_for("user").get(f"{API}/meta/syncs").json()
    assert [tab["name"] for tab in meta["tabs"]] == TABS
    assert all(tab.widgets for tab in RESOURCES["syncs"].tabs)


@pytest.mark.feature("SYM-01", "SYM-02")
def test_every_widget_of_every_tab_shows_something(client_for: ClientFor) -> None:
    from cmms_ui.resources import RESOURCES

    for tab in RESOURCES["syncs"].tabs:
        for widget in tab.widgets:
            controls = {control.name: str(control.default) for control in widget.controls}
            shown = refresh_widget(client_for("user"), "syncs", widget.name, **controls)
            assert " ".join(texts(shown)).strip(), (tab.name, widget.name)
