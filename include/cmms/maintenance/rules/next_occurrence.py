"""The next occurrence of a package, from the set of its service events, in whatever order they became known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmms.maintenance.rules.standing import Standing, advance, begin
from cmms.maintenance.rules.values import Cause, Occurrence, Package, Plan, ServiceEvent, Start


@dataclass(frozen=True)
class Answer:
    """A service event and the occurrence that it answered; None: it was too early for any."""

    event: ServiceEvent
    occurrence: Occurrence | None


def next_occurrence(plan: Plan, package: Package, events: Iterable[ServiceEvent], start: Start) -> Occurrence | None:
    """What is to be done next of a package.

    Args:
        plan: has the package.
        package: the package asked for.
        events: service events of the plan at this machine that are not reversed, in any order. Events from before the
            start count too: paper records are history.
        start: where counting began.

    Returns:
        None if another package of the cycle comes first.
    """
    return occurrence_of(package, stand(plan, package, events, start))


def occurrence_of(package: Package, standing: Standing) -> Occurrence | None:
    """A standing as the next occurrence of this package; None if the chain is at another package."""
    if standing.package != package.code:
        return None
    hours, day = standing.target_life_hours, standing.target_date
    return Occurrence(package.code, standing.number, hours, day, _only_limit(hours, day))


def _only_limit(hours: Decimal | None, day: date | None) -> Cause | None:
    """The limit that decides because there is no other one."""
    if day is None:
        return None if hours is None else "hours"
    return "calendar" if hours is None else None


def stand(plan: Plan, package: Package, events: Iterable[ServiceEvent], start: Start) -> Standing:
    """Where a package stands after its service events: those of its own, and those that count for it."""
    first = plan.packages[0] if plan.combine == "cycle" else package
    standing = begin(first, start)
    for event in _in_order(plan, package, (event for event in events if counts_for(plan, event, package))):
        standing = advance(plan, standing, event)
    return standing


def answers(plan: Plan, package: Package, events: Iterable[ServiceEvent], start: Start) -> list[Answer]:
    """Which occurrence each service event answers, in order of day: for history, compliance and verification.

    The numbers between two answers were skipped: a late service on a fixed grid passed them.
    """
    standing = begin(plan.packages[0] if plan.combine == "cycle" else package, start)
    found = []
    for event in _in_order(plan, package, (event for event in events if counts_for(plan, event, package))):
        after = advance(plan, standing, event)
        answered = after.number > standing.number
        found.append(Answer(event, occurrence_of(plan.package(standing.package), standing) if answered else None))
        standing = after
    return found


def counts_for(plan: Plan, event: ServiceEvent, package: Package) -> bool:
    """Whether a service event answers this package too: a larger service resets the smaller ones (Oracle eAM, SAP).

    A waived occurrence answers its own package alone: nothing was done that could stand for others. Services of a
    package that the plan does not have any more count for none.
    """
    done = next((each for each in plan.packages if each.code == event.package), None)
    if done is None:
        return False
    if done == package or plan.combine == "cycle":
        return True
    return plan.combine == "suppress" and not event.waived and done.hierarchy > package.hierarchy


def _in_order(plan: Plan, package: Package, events: Iterable[ServiceEvent]) -> list[ServiceEvent]:
    """By day and life hours, each point once: two packages done together are one service of what both count for.

    Of several events at a point, the one that was called latest stands for all, because only it may be early.
    """
    cycle = plan.combine == "cycle"
    codes = [each.code for each in plan.packages]

    def point(event: ServiceEvent) -> tuple[date, Decimal, bool, int]:
        return event.date, _or_least(event.life_hours), event.waived, codes.index(event.package) if cycle else 0

    def called(event: ServiceEvent) -> tuple[bool, Decimal, date]:
        own = cycle or event.package == package.code
        return own, _or_least(event.called_life_hours), event.called_date or date.min

    by_point = {point(event): event for event in sorted(events, key=called)}
    return [by_point[each] for each in sorted(by_point)]


def _or_least(hours: Decimal | None) -> Decimal:
    return Decimal("-Infinity") if hours is None else hours
