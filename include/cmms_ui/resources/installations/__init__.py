"""Installations: which component is, or was, in which machine."""
