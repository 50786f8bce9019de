"""Fetch the pages of every unit of a run and land them as they came; nothing here looks into a record."""
