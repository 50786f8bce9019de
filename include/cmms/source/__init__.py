"""HTTP client of the source API: authentication, retries, pagination, and reading of bodies."""
