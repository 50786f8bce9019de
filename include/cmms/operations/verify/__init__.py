"""Prove that the tables are what the stored answers of the source make of them."""
