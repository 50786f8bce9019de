"""Schedules: what plans ask of machines."""
