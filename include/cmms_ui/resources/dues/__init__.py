"""Maintenance due, with its widgets."""
