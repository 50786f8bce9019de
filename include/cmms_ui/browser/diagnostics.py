"""Run the diagnosis from its page. The button is out of use while it runs."""

from __future__ import annotations

from typing import Any

from dash import Input, Output

from cmms.operations.run_diagnostics import run_diagnostics
from cmms_ui.browser import text
from cmms_ui.browser.registry import notify, on
from cmms_ui.pages.diagnostics_page import show_report


@on(
    "run_diagnostics",
    Output("diagnostics-report", "children"),
    Input("diagnostics-run", "n_clicks"),
    prevent_initial_call=True,
    running=[(Output("diagnostics-run", "loading"), True, False)],
)
def run(_clicks: int | None) -> Any:
    """All checks, and their lines."""
    report = run_diagnostics()
    faults = report.count("fail")
    if faults:
        notify(text.checks_failed(faults), "warning")
    else:
        notify(text.NO_CHECK_FAILED)
    return show_report(report)
