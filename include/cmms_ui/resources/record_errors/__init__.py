"""Record errors: the list of rejected records, what their codes mean, and the widgets about failures."""
