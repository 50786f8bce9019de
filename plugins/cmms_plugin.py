"""Registers the CMMS view in an Airflow into whose folders it was copied; the wheel registers it by its entry point.

This is the only file of ours in the plugins folder, and registers nothing where the wheel is installed too.
"""

from importlib.metadata import entry_points

if not entry_points(group="airflow.plugins", name="cmms"):
    from cmms_ui.airflow_plugin import CmmsPlugin as CmmsPlugin
