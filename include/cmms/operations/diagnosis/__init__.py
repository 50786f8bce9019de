"""The checks of ``python -m cmms diagnose``: one module per group, a function per check."""
