"""Pause, resume, cancel, start again: by every state of a run, also by two people at once. A cancel is final."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1/syncs"
STATUSES = ("queued", "running", "paused", "success", "partial", "failed", "cancelled")
ASKED = ("none", "pause", "cancel")
OPEN = STATUSES[:3]
MARK = "test-run-controls"
# (what is asked, asked before) -> asked then, for a run that is not over; anything else is refused.
ALLOWED = {
    ("pause", "none"): "pause",
    ("resume", "pause"): "none",
    ("cancel", "none"): "cancel",
    ("cancel", "pause"): "cancel",
}


@pytest.fixture
def run_in(tables: Tables, airflow_app: Any) -> Iterator[Callable[[str, str], int]]:
    """``run_in(status, control)``: the id of a run in that state."""

    def make(status: str, control: str) -> int:
        tables(
            "INSERT INTO api_sync_logs (sync_type, status, control, dag_id, run_id, scope, sync_started_at, heartbeat_at)"
            " VALUES ('equipment', %s, %s, %s, UUID(), '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
            status, control, MARK,
        )  # fmt: skip
        return int(tables("SELECT MAX(id) AS id FROM api_sync_logs WHERE dag_id = %s", MARK)[0]["id"])

    yield make
    tables("DELETE FROM api_sync_logs WHERE dag_id = %s", MARK)


def _ask(client: Any, verb: str, *keys: int) -> Any:
    return client.post(f"{API}/actions/{verb}", json={"keys": list(keys)})


def _control(tables: Tables, key: int) -> str:
    return str(tables("SELECT control FROM api_sync_logs WHERE id = %s", key)[0]["control"])


def _acts(tables: Tables, key: int) -> list[str]:
    rows = tables(
        "SELECT action FROM audit_log WHERE entity = 'api_sync_logs' AND entity_id = %s ORDER BY id", str(key)
    )
    return [row["action"] for row in rows]


@pytest.mark.feature("SYM-T1", "ACT-08")
@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
def test_what_may_be_asked_depends_on_the_state_alone(
    client_for: ClientFor, tables: Tables, run_in: Any, verb: str
) -> None:
    user = client_for("user")
    for status, control in product(STATUSES, ASKED):
        key = run_in(status, control)
        allowed = ALLOWED.get((verb, control)) if status in OPEN else None
        answer = _ask(user, verb, key)
        assert answer.status_code == (200 if allowed else 409), (status, control, answer.text)
        assert _control(tables, key) == (allowed or control), (status, control)
        assert _acts(tables, key) == ([verb] if allowed else [])
        if not allowed:
            assert answer.json()["detail"].startswith(f"Run {key} ") and answer.json()["detail"].endswith(".")


@pytest.mark.feature("RTY-03", "SYM-T5")
def test_only_a_run_that_is_over_and_not_good_is_started_again(client_for: ClientFor, run_in: Any) -> None:
    user = client_for("user")
    for status in STATUSES:
        answer = _ask(user, "retry", run_in(status, "none"))
        wanted = 200 if status in ("failed", "partial", "cancelled") else 422
        assert answer.status_code == wanted, (status, answer.text)


@pytest.mark.feature("SYM-T1")
def test_a_cancel_is_final_whoever_asks_at_the_same_moment(client_for: ClientFor, tables: Tables, run_in: Any) -> None:
    user = client_for("user")
    for _ in range(3):
        key = run_in("running", "pause")
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda verb: _ask(user, verb, key), ["cancel", "resume", "pause", "cancel"] * 2))  # noqa: B023
        assert _control(tables, key) == "cancel"
        acts = _acts(tables, key)
        assert acts.count("cancel") == 1 and acts[-1] == "cancel"  # nothing was done after it
        assert sum(answer.status_code == 200 for answer in answers) == len(acts)
        assert {answer.status_code for answer in answers} <= {200, 409, 429}  # 429: more than one person's share


@pytest.mark.feature("SYM-T1")
def test_of_several_runs_each_is_asked_and_told_of(client_for: ClientFor, tables: Tables, run_in: Any) -> None:
    fine, over = run_in("running", "none"), run_in("success", "none")
    answer = _ask(client_for("user"), "pause", fine, over)
    assert answer.status_code == 200 and answer.json()["level"] == "warning"
    assert answer.json()["details"] == [
        f"✓ Run {fine}: The run will pause after the current batch.",
        f"✕ Run {over} is over: success.",
    ]
    assert (_control(tables, fine), _control(tables, over)) == ("pause", "none")


@pytest.mark.feature("SYM-T1", "ACT-08")
def test_a_cancelled_run_offers_nothing_more(run_in: Any, client_for: ClientFor) -> None:
    from cmms_ui.resources import RESOURCES

    actions = {action.verb: action for action in RESOURCES["syncs"].actions if action.on == "rows"}
    for status, control in product(STATUSES, ASKED):
        row = {"status": status, "control": control, "sync_type": "equipment"}
        offered = {verb for verb, action in actions.items() if action.visible_when(row)}
        if status in OPEN and control == "cancel":
            assert offered == set()
        elif status not in OPEN:
            assert offered == ({"retry"} if status in ("failed", "partial", "cancelled") else set())


@pytest.mark.feature("SYM-T1")
def test_a_first_task_that_starts_again_does_not_take_a_cancel_back(tables: Tables, run_in: Any) -> None:
    from cmms.access.connections import write
    from cmms.database import execute

    again = {"settings_json": "{}", "config_version_id": None, "stale_master": False}
    again |= {"scope": "{}", "interval_start": None, "interval_end": None}
    for status, control in product(STATUSES, ASKED):
        key = run_in(status, control)
        write(lambda cursor: execute(cursor, "sync/runs/reopen_log", {"id": key, **again}), what="a test")  # noqa: B023
        kept = "cancel" if status in OPEN and control == "cancel" else "none"
        assert tables("SELECT status, control FROM api_sync_logs WHERE id = %s", key)[0] == {
            "status": "running",
            "control": kept,
        }
