"""The list engine: what a list can show, how it is searched and sorted, and the views that people save."""
