"""Run checks one after another. Input: checks and the site. Output: a :class:`Line` for each finding.

A check cannot stop the diagnosis: whatever it raises is a line, and one that hangs is abandoned when its time is over.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from cmms.errors import CmmsError
from cmms.operations.diagnosis.lines import Check, Finding, Line, Status
from cmms.operations.diagnosis.site import Site

LONGEST_TEXT = 400
_BAD: tuple[Status, ...] = ("fail", "skip")


def run_checks(checks: Iterable[Check], site: Site, *, longest: float | None = None) -> Iterator[Line]:
    """Lines as they are found.

    Args:
        checks: in order; a check comes after those that it needs.
        site: what is checked.
        longest: seconds that no check may exceed, whatever its own limit.
    """
    reasons: dict[str, str] = {}
    for check in checks:
        missing = next((reasons[key] for key in check.needs if key in reasons), None)
        if missing is not None:
            findings: Sequence[Finding] = [Finding("skip", f"not checked: {missing}")]
        else:
            findings = _run(check, site, min(check.seconds, longest or check.seconds))
        if any(finding.status in _BAD for finding in findings):
            reasons[check.key] = missing or f"{check.name} ({check.group}) has to pass first"
        for finding in findings:
            yield Line(
                group=check.group,
                name=finding.name or check.name,
                status=finding.status,
                found=_one_line(site.redact(finding.found)),
                remedy=_one_line(site.redact(finding.remedy)),
            )


def _run(check: Check, site: Site, seconds: float) -> list[Finding]:
    """Findings of a check, in a thread of its own so that it can be left behind."""
    done: queue.SimpleQueue[list[Finding]] = queue.SimpleQueue()
    work: Callable[[], None] = lambda: done.put(_findings(check, site))  # noqa: E731
    threading.Thread(target=work, name="cmms-diagnose", daemon=True).start()
    try:
        return done.get(timeout=seconds)
    except queue.Empty:
        return [
            Finding(
                "fail",
                f"no result within {seconds:g} s",
                "Look whether the server behind this check hangs or a firewall drops its packets.",
            )
        ]


def _findings(check: Check, site: Site) -> list[Finding]:
    try:
        return list(check.run(site)) or [Finding("pass", "nothing to report")]
    except CmmsError as error:
        return [Finding("fail", error.message, "Mend what the message names, then run the diagnosis again.")]
    except BaseException as error:
        text = str(error).strip().splitlines()
        found = f"the check itself failed: {type(error).__name__}" + (f": {text[0]}" if text else "")
        return [Finding("fail", found, "Mend what the message names; if it names nothing of yours, report this line.")]


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_TEXT else f"{words[: LONGEST_TEXT - 4]} ..."
