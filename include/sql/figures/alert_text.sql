-- Purpose: what an alert says, and the run that it is about. Parameters: id. Caller: cmms.figures.alerts.
SELECT a.body, l.id AS sync_log_id, l.dag_id, l.run_id
FROM alert_events a LEFT JOIN api_sync_logs l ON l.id = a.sync_log_id
WHERE a.id = %(id)s
