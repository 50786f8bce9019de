"""Maintenance in words: how often a plan asks for it, how much of an interval is used, what is left of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cmms.words import count_of


def interval_text(row: Mapping[str, Any]) -> str:
    """``every 2,000 h or 180 days``."""
    parts = []
    if row["interval_hours"] is not None:
        parts.append(f"{Decimal(row['interval_hours']):,f}".removesuffix(".00") + " h")
    if row["interval_days"] is not None:
        parts.append(count_of(row["interval_days"], "day"))
    return f"every {' or '.join(parts)}"


def to_go_text(row: Mapping[str, Any]) -> str:
    """``12.5 h over`` or ``3 days to go``: by what decides; a dash where nothing does."""
    if row["cause"] == "hours" and row["hours_to_go"] is not None:
        hours = Decimal(row["hours_to_go"])
        return f"{abs(hours):,.1f} h {'over' if hours <= 0 else 'to go'}"
    if row["days_to_go"] is None:
        return "–"
    days = int(row["days_to_go"])
    return f"{count_of(abs(days), 'day')} {'over' if days <= 0 else 'to go'}"


def share_used(row: Mapping[str, Any]) -> Decimal | None:
    """Per cent of the interval that is used, of hours and days the larger; None without plan or reading."""
    return max(_shares(row).values(), default=None)


def describe_use(row: Mapping[str, Any]) -> str:
    """``1,234.5 of 2,000 h, 62 %: Pumps``, of hours and days what is used more; the hours alone without a plan."""
    shares = _shares(row)
    if not shares:
        if row["since_service"] is None:
            return "no reading yet"
        what = row["plan_name"] or "no plan"
        return f"{Decimal(row['since_service']):,.1f} h since service, {what}"
    kind = max(shares, key=lambda name: shares[name])
    if kind == "hours":
        used = Decimal(row["interval_hours"]) - Decimal(row["hours_to_go"])
        text = f"{used:,.1f} of {Decimal(row['interval_hours']):,.0f} h"
    else:
        text = f"{int(row['interval_days']) - int(row['days_to_go']):,} of {count_of(row['interval_days'], 'day')}"
    return f"{text}, {shares[kind]:.0f} %: {row['plan_name']}"


def _shares(row: Mapping[str, Any]) -> dict[str, Decimal]:
    shares = {}
    for kind in ("hours", "days"):
        interval, to_go = row[f"interval_{kind}"], row[f"{kind}_to_go"]
        if interval and to_go is not None:
            shares[kind] = max(Decimal(0), 100 * (1 - Decimal(to_go) / Decimal(interval)))
    return shares
