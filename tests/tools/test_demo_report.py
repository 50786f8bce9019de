"""The demo's table of reasons prints whole sentences, however narrow the terminal is."""

from __future__ import annotations

import re

from rich.console import Console

from tools.database_server import Account
from tools.demo_report import DemoReport

_MESSAGE = (
    "the counter stands at 12,345.678 hours, lower than the 12,999.125 hours of 2026-11-27 [no markup]; if it was"
    " replaced or reset, accept it, and the days that follow are stored"
)


class _Report(DemoReport):
    def _query(self, statement: str, *parameters: object) -> list[dict[str, object]]:
        return [{"stream": "running_time", "code": "COUNTER_DECREASED", "number": 1_234, "example": _MESSAGE}]


def test_a_long_reason_is_printed_to_its_last_word() -> None:
    for width in (60, 80, 200):
        console = Console(width=width, record=True, highlight=False, soft_wrap=True)
        _Report(Account("127.0.0.1", 1, "nobody"), {})._show_rejects(console)
        printed = console.export_text()
        assert max(map(len, printed.splitlines())) <= width
        cells = [line.split("\u2502")[4].strip() for line in printed.splitlines() if line.count("\u2502") == 5]
        assert re.sub(r"\s+", " ", " ".join(cells)).strip() == _MESSAGE
        assert "COUNTER_DECREASED" in printed
        assert "1,234" in printed
