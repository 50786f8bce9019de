"""The REST API under ``/cmms/api/v1``: the same resources, filters and actions as the view."""
