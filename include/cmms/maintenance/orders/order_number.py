"""What people call a work order."""

from __future__ import annotations


def order_number(key: int) -> str:
    """``WO-000012``: what people call an order."""
    return f"WO-{key:06d}"
