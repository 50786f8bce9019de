"""Great Expectations Data Docs of stored validations."""
