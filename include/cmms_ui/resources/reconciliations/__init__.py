"""Reconciliations with the source, and their report."""
