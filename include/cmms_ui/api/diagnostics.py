"""REST routes of the diagnosis: run it, and the last report of this process. Administrators only (policy)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

from cmms.operations.diagnosis.lines import Report
from cmms.operations.run_diagnostics import last_report, run_diagnostics
from cmms_ui.api import text
from cmms_ui.api.describe import problems

PATH = "/api/v1/diagnostics"


class DiagnosisLine(BaseModel):
    """A check, what was found, and what to do about it."""

    group: str = Field(examples=["database"])
    name: str = Field(examples=["Server"])
    status: Literal["pass", "warn", "fail", "skip"]
    found: str
    remedy: str = ""


class Diagnosis(BaseModel):
    """A report; without lines before the first run in this process."""

    failed: bool
    counts: dict[str, int] = Field(examples=[{"pass": 30, "warn": 1, "fail": 0, "skip": 0}])
    seconds: float
    ended_at: datetime | None
    lines: list[DiagnosisLine]


def add_diagnostics(server: FastAPI) -> None:
    """Add both routes."""
    common: dict[str, Any] = {"tags": ["diagnostics"], "response_model": Diagnosis}
    server.add_api_route(PATH, _show_last, methods=["GET"], summary=text.LAST_DIAGNOSIS, responses=problems(), **common)
    server.add_api_route(
        PATH, _run, methods=["POST"], summary=text.RUN_DIAGNOSIS, responses=problems(409, 415), **common
    )


def _show_last() -> Diagnosis:
    report, ended_at = last_report()
    return _describe(report or Report((), 0.0), ended_at)


def _run() -> Diagnosis:
    return _describe(run_diagnostics(), last_report()[1])


def _describe(report: Report, ended_at: datetime | None) -> Diagnosis:
    return Diagnosis.model_validate({**report.to_dict(), "ended_at": ended_at})
