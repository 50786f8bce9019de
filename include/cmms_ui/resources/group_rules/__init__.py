"""Classification rules."""
