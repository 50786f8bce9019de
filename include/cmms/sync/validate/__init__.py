"""From landed pages to rows that are right and records that are rejected, each with its reason."""
