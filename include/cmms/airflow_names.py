"""What a site defines in Airflow for us: the names of the connections and of the pool."""

from __future__ import annotations

API_CONNECTION = "cmms_api"
MYSQL_CONNECTION = "cmms_mysql"
SLACK_CONNECTION = "cmms_slack"
SMTP_CONNECTION = "cmms_smtp"
POOL = "cmms_sync"
