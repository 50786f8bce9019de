"""Stage rows and merge them into the tables, in one transaction a unit; quarantine what was rejected."""
