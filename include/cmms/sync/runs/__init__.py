"""A run from its opening to its end: context, units and who works on them, events and counters."""
