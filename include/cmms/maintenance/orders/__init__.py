"""Work orders, one step a file: created, edited, moved through their life. See docs/decisions/0018."""
