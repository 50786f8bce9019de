"""Running times: the list of readings, and the grid of the missing ones."""
