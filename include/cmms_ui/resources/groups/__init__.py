"""Equipment groups."""
