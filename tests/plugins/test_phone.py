"""What a phone shows: every list's rows as cards, from the columns that say their place; numbers as everywhere."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import refresh_widget, texts

_MOST_FACTS = 6  # more do not fit into a card


@pytest.mark.feature("THM-04")
def test_each_list_says_what_a_card_of_it_holds() -> None:
    from cmms_ui.resources import RESOURCES

    for resource in RESOURCES.values():
        places = [column.place_in_card for column in resource.columns if not column.hidden]
        title = [column for column in resource.columns if column.place_in_card == "title"]
        assert len(title) == 1 and (title[0].link or title[0].leads_to), resource.name
        assert places.count("side") == 1, resource.name
        assert places.count("fact") <= _MOST_FACTS, resource.name


@pytest.mark.feature("THM-04")
def test_a_column_that_a_tab_adds_is_a_fact_of_the_card_and_one_without_a_place_is_not_there() -> None:
    from cmms_ui.resources.equipment.resource import EQUIPMENT

    assert EQUIPMENT.column("hours_since_service").place_in_card == "fact"
    assert EQUIPMENT.column("notes").place_in_card == "none"


@pytest.mark.feature("TBL-07")
@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (Decimal("12345.500"), "12,345.50"),
        (Decimal("0.000"), "0.00"),
        (Decimal("7.125"), "7.125"),
        (Decimal("1000"), "1,000.00"),
        (None, "–"),
    ],
)
def test_hours_look_the_same_in_lists_details_and_records(hours: Decimal | None, text: str) -> None:
    from cmms_ui.present_rows import hours_text, to_text
    from cmms_ui.resources.equipment.resource import EQUIPMENT

    assert hours_text(hours) == text
    assert to_text(hours, EQUIPMENT.column("cumulative_hours")) == text


@pytest.mark.feature("SYM-03")
@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("running", "It continues in the background when you close this dialog."),
        ("success", "Finished: everything is stored."),
        ("failed", "Failed: whatever was merged before the failure stays."),
    ],
)
def test_the_dialog_of_a_started_run_says_what_happened_once_it_is_over(
    client_for: ClientFor, tables: Any, status: str, said: str
) -> None:
    tables(
        "INSERT INTO api_sync_logs (sync_type, status, dag_id, run_id, sync_started_at, heartbeat_at) VALUES"
        " ('equipment', %s, 'equipment_sync', 'manual__over', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
        status,
    )
    try:
        shown = " ".join(texts(refresh_widget(client_for("user"), "follow", "run", "equipment_sync/manual__over")))
    finally:
        tables("DELETE FROM api_sync_logs WHERE run_id = 'manual__over'")
    assert said in shown
    assert ("continues in" in shown) == (status == "running")
