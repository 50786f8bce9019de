"""The CMMS view: a Dash application and a REST API over the service layer, inside Airflow's API server."""
