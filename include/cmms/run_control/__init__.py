"""Start, pause, resume, cancel and stop syncs for a person."""
