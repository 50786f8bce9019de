"""Machines: the list and the record, what people do with machines, and the widgets about them."""
