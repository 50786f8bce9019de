"""A change of thousands of machines: seen on its way, told with what was left out, audited row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LogIn
from tests.plugins import view_site

MACHINES = 5_000


@pytest.fixture
def many_machines(seeded: dict[str, Any], address: str) -> Iterator[None]:
    """Five thousand more machines, for the time of a test."""
    view_site.query(
        seeded,
        "INSERT INTO equipment (equipment_number, plant_id, created_at)"
        f" SELECT CONCAT('MASS-', a.n + 100 * b.n), 1, '2026-01-01' FROM ({_digits()}) a JOIN ({_digits()}) b"
        f" WHERE a.n + 100 * b.n < {MACHINES}",
    )
    yield
    view_site.query(
        seeded,
        "DELETE a FROM audit_log a JOIN equipment e ON a.entity = 'equipment' AND a.entity_id = e.id"
        " WHERE e.equipment_number LIKE 'MASS-%'",
    )
    view_site.query(
        seeded,
        "DELETE m FROM equipment_maintenance m JOIN equipment e ON e.id = m.equipment_id"
        " WHERE e.equipment_number LIKE 'MASS-%'",
    )
    view_site.query(seeded, "DELETE FROM equipment WHERE equipment_number LIKE 'MASS-%'")


def _digits() -> str:
    """Rows 0 to 99."""
    tens = " UNION ALL ".join(f"SELECT {digit} AS d" for digit in range(10))
    return f"SELECT x.d + 10 * y.d AS n FROM ({tens}) x JOIN ({tens}) y"


@pytest.mark.feature("ACT-01", "TEST-09")
@pytest.mark.usefixtures("many_machines")
def test_the_progress_of_a_mass_update_is_seen_and_every_changed_row_is_audited(
    log_in: LogIn, seeded: dict[str, Any]
) -> None:
    page = log_in("op")
    page.goto("/cmms/equipment?tab=active&q=MASS-")
    expect(page.get_by_text(f"{MACHINES:,} rows", exact=True)).to_be_visible()
    page.locator(".ag-row .ag-checkbox-input").first.check()
    page.get_by_role("button", name=f"Select all {MACHINES:,} that match").click()
    page.locator(".cmms-selection").get_by_role("button", name="Deactivate", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"Applies to {MACHINES:,} rows.")).to_be_visible()
    dialog.get_by_label("Reason").fill("plant is closed")
    dialog.get_by_role("button", name="Deactivate").click()
    progress = re.compile(rf"^(Working on {MACHINES:,} rows \.\.\.|[\d,]+ of {MACHINES:,} done)$")
    expect(dialog.get_by_text(progress)).to_be_visible(timeout=30_000)
    assert dialog.get_by_role("progressbar").first.get_attribute("aria-valuenow")
    expect(page.get_by_text(f"{MACHINES:,} machines deactivated.")).to_be_visible(timeout=120_000)
    changed = "SELECT COUNT(*) AS n FROM equipment WHERE equipment_number LIKE 'MASS-%' AND is_active = 0"
    assert view_site.query(seeded, changed)[0]["n"] == MACHINES
    audited = (
        "SELECT COUNT(*) AS n, COUNT(DISTINCT a.entity_id) AS machines, COUNT(DISTINCT a.batch_id) AS batches"
        " FROM audit_log a JOIN equipment e ON a.entity = 'equipment' AND a.entity_id = e.id"
        " WHERE e.equipment_number LIKE 'MASS-%' AND a.action = 'deactivate'"
    )
    assert view_site.query(seeded, audited)[0] == {"n": MACHINES, "machines": MACHINES, "batches": 1}
    kept = view_site.query(seeded, "SELECT COUNT(*) AS n FROM view_preferences WHERE name LIKE 'progress:%'")
    assert kept[0]["n"] == 0  # nothing is left of it
