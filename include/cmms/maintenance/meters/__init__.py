"""Counters of machines, and life hours, which go on when a counter is replaced, reset or rolls over (decision 0037)."""
