"""Notifications: alerts and who handles them."""
