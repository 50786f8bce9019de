"""Meter changes: from which day on a counter counts anew."""
