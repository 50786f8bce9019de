"""Syncs: the list and the record of runs, what people do with runs, and the widgets about them."""
