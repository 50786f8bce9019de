"""The service layer of view and REST API: lists, records, changes. Knows the database, not the user interface."""
