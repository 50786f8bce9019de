"""Validations of what is stored, and their report."""
