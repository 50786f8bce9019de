"""Schedules: the maintenance of each machine by each of its plans."""
