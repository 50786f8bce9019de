"""What a diagnosis consists of: findings of a check, lines of the report, the report.

A check yields :class:`Finding`; who runs it adds group and name and makes :class:`Line` of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from cmms.operations.diagnosis.site import Site

Status = Literal["pass", "warn", "fail", "skip"]
GROUPS = ("package", "connections", "database", "source", "storage", "airflow", "alerts")
"""In the order in which they are checked: later ones need what earlier ones find."""


@dataclass(frozen=True)
class Finding:
    """One result of a check.

    Attributes:
        status: ``skip`` is for what cannot be checked, with the reason in ``found``.
        found: what is there, in plain words.
        remedy: what to do about it, one sentence; empty when there is nothing to do.
        name: of the line, when the check has several.
    """

    status: Status
    found: str
    remedy: str = ""
    name: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the report."""

    group: str
    name: str
    status: Status
    found: str
    remedy: str = ""

    def to_dict(self) -> dict[str, str]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Report:
    """All lines of a diagnosis, in the order of the checks."""

    lines: tuple[Line, ...]
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether a line says ``fail``; warnings are allowed."""
        return any(line.status == "fail" for line in self.lines)

    def count(self, status: Status) -> int:
        """Lines of a status."""
        return sum(line.status == status for line in self.lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "failed": self.failed,
            "counts": {status: self.count(status) for status in ("pass", "warn", "fail", "skip")},
            "seconds": round(self.seconds, 1),
            "lines": [line.to_dict() for line in self.lines],
        }


@dataclass(frozen=True)
class Check:
    """A check of a group.

    Attributes:
        group: one of ``GROUPS``.
        name: of its line, unique in the group.
        run: what it does; whatever it raises becomes a line.
        needs: names of checks of the same or an earlier group, ``group/name``; when one of them failed or was skipped,
            this check is skipped.
        after: names of checks whose results this one uses, whether they pass or not.
        seconds: its time limit.
    """

    group: str
    name: str
    run: Callable[[Site], Iterable[Finding]]
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    seconds: float = 15

    @property
    def key(self) -> str:
        """How ``needs`` of other checks name it."""
        return f"{self.group}/{self.name}"
