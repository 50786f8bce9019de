"""Availability: when machines were in standby, laid up or scrapped."""
