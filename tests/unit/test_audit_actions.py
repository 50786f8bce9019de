"""Every action that the audit log can hold has a label: pages never show the word that is stored."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cmms.equipment.do_requested_change import CHANGES
from cmms.maintenance.orders.order_life_cycle import TRANSITIONS
from cmms.run_control.run_controls import CONTROLS
from cmms_ui.render.text import AUDIT_ACTIONS, action_label

INCLUDE = Path(__file__).parents[2] / "include"
COMPUTED: dict[str, Callable[[], set[str]]] = {
    "maintenance/meters/decide_readings.py": lambda: {
        *("accept_reading", "void_reading", "undo_void", "reopen_reading"),
    },
    "maintenance/orders/move_order.py": lambda: set(TRANSITIONS),
    "run_control/start_syncs.py": lambda: set(CONTROLS),
    "equipment/change_equipment.py": lambda: (
        {"edit", "activate", "deactivate"}
        | {name.partition(".")[2] for name in CHANGES if name.startswith("equipment.")}
    ),
    "maintenance/schedule_maintenance.py": lambda: {"schedule", "reschedule", "remove"},
}
"""Where the action of a call is no text of its own: all that it can be."""
WRITERS = {"audit", "audit_many"}


def _calls(file: Path) -> Iterator[ast.expr]:
    """The action of every call that writes to the audit log."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITERS:
            yield node.args[2]


def _written() -> dict[str, str]:
    """Action -> a file that writes it."""
    found: dict[str, str] = {}
    for file in sorted((INCLUDE / "cmms").rglob("*.py")):
        name = file.relative_to(INCLUDE / "cmms").as_posix()
        for action in _calls(file):
            if isinstance(action, ast.Constant):
                found[str(action.value)] = name
            elif name != "access/audit.py":
                assert name in COMPUTED, f"{name}:{action.lineno}: name the actions of this call in COMPUTED"
                found |= dict.fromkeys(COMPUTED[name](), name)
    for file in sorted((INCLUDE / "sql").rglob("*.sql")):
        text = file.read_text(encoding="utf-8")
        if "INSERT INTO audit_log" in text and (literal := re.search(r"%\(\w+\)s, '(\w+)'|'\w+', '(\w+)'", text)):
            found[literal[1] or literal[2]] = file.relative_to(INCLUDE).as_posix()
    return found


@pytest.mark.feature("OBJ-05")
def test_every_action_of_the_audit_log_has_a_label() -> None:
    written = _written()
    assert {"take_over", "serviced", "accept_counter", "refused", "evaluate", "hold", "pause"} <= written.keys()
    without = {action: file for action, file in written.items() if action not in AUDIT_ACTIONS}
    assert not without, "give it a label in cmms_ui/render/text.py"
    unused = AUDIT_ACTIONS.keys() - written.keys() - {"sync"}  # of a machine's history, not of the log
    assert not unused


@pytest.mark.feature("OBJ-05")
def test_a_label_is_no_stored_word() -> None:
    assert action_label("take_over") == "Acknowledged"
    assert not [label for label in AUDIT_ACTIONS.values() if "_" in label or not label[0].isupper()]
