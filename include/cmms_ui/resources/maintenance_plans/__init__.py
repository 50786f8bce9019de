"""Maintenance plans, their words and their widgets."""
