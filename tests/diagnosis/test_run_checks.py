"""No check can stop, hold or leak through the diagnosis; the command says with its exit code how it went."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from cmms import cli
from cmms.errors import SettingsError
from cmms.operations import diagnose
from cmms.operations.diagnosis.lines import GROUPS, Check, Finding
from cmms.operations.diagnosis.run_checks import run_checks
from cmms.operations.diagnosis.site import Site

pytestmark = pytest.mark.feature("SRC-09")


def _passes(_site: Site) -> Iterator[Finding]:
    yield Finding("pass", "good")


def _raises(_site: Site) -> Iterator[Finding]:
    raise KeyError("what is missing")
    yield


def test_a_check_that_raises_is_a_line() -> None:
    broken, good = run_checks([Check("package", "Broken", _raises), Check("package", "Good", _passes)], Site())
    assert (broken.status, good.status) == ("fail", "pass")
    assert broken.found == "the check itself failed: KeyError: 'what is missing'"
    assert broken.remedy


def test_a_check_that_hangs_is_abandoned() -> None:
    released = threading.Event()

    def hangs(_site: Site) -> Iterator[Finding]:
        released.wait(60)
        yield Finding("pass", "too late")

    hung, good = run_checks([Check("package", "Hangs", hangs, seconds=0.05), Check("package", "Good", _passes)], Site())
    released.set()
    assert (hung.status, good.status) == ("fail", "pass")
    assert "no result within 0.05 s" in hung.found


def test_what_needs_a_failed_check_is_skipped_with_the_first_reason() -> None:
    checks = [
        Check("package", "First", _raises),
        Check("package", "Second", _passes, needs=("package/First",)),
        Check("package", "Third", _passes, needs=("package/Second",)),
    ]
    _, second, third = run_checks(checks, Site())
    assert (second.status, third.status) == ("skip", "skip")
    assert second.found == third.found == "not checked: First (package) has to pass first"


def test_secrets_of_connections_are_left_out_of_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_CMMS_API",
        json.dumps({"conn_type": "http", "host": "http://x", "password": "canary-1", "extra": {"X-Key": "canary-2"}}),
    )

    def tells(site: Site) -> Iterator[Finding]:
        site.connection("cmms_api")
        yield Finding("fail", "the body says canary-1", "Ask http://me:canary-3@proxy for canary-2.")

    (line,) = run_checks([Check("package", "Tells", tells)], Site())
    assert (line.found, line.remedy) == ("the body says ***", "Ask http://***@proxy for ***.")
    no_object = {"conn_type": "http", "host": "http://x", "password": "canary-1", "extra": "[1]"}
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_API", json.dumps(no_object))
    (line,) = run_checks([Check("package", "Tells", tells)], Site())
    assert line.found == "the body says ***"


def test_every_check_belongs_to_a_group_and_needs_checks_before_it() -> None:
    before: set[str] = set()
    for check in diagnose.CHECKS:
        assert check.group in GROUPS
        assert check.key not in before
        assert set(check.needs) | set(check.after) <= before, check.key
        before.add(check.key)
    assert [group for group in GROUPS if not any(check.group == group for check in diagnose.CHECKS)] == []


@pytest.mark.parametrize(("check", "code"), [(_passes, 0), (_raises, 1)])
def test_the_command_fails_when_a_line_does(
    check: object, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(diagnose, "CHECKS", (Check("package", "Only", check),))  # type: ignore[arg-type]
    assert cli.main(["diagnose"]) == code
    text = capsys.readouterr().out
    assert ("pass  Only: good" in text) == (code == 0)
    assert cli.main(["diagnose", "--json", "--group", "package"]) == code
    assert json.loads(capsys.readouterr().out)["failed"] == bool(code)


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(SettingsError, match="no such group: nothing; there are package"):
        cli._diagnose(cli._parser().parse_args(["diagnose", "--group", "nothing"]))
