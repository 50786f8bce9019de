"""Widgets: a ``load`` reads rows, a ``render`` makes components of them and reads nothing."""
