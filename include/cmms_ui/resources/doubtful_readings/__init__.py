"""Doubtful readings: the work list, its actions, and the readings around one."""
