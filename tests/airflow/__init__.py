"""Tests under a real Airflow scheduler."""
