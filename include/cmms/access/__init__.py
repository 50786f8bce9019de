"""Who may do what, and how people reach the database: actors, audit, sessions, requests with a name, short caches."""
