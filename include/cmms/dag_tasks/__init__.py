"""What the DAG files wire together: all that knows both Airflow's context and the steps of ``cmms.sync``.

Modules here are imported when a DAG file is parsed, every 30 seconds: the steps, and all that is heavy, are
imported inside the tasks.
"""
