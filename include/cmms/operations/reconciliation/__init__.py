"""Parts of the reconciliation, one file a step: ask the source again, read what is stored, compare, report."""
