-- Purpose: the newest critical alert that nobody takes care of yet, with its run. Caller: cmms.access.read_rows.
SELECT a.id, a.title, a.occurrences, a.sync_log_id, l.status AS run_status, l.sync_type
FROM alert_events a LEFT JOIN api_sync_logs l ON l.id = a.sync_log_id
WHERE a.status = 'firing' AND a.level = 'critical' ORDER BY a.last_at DESC LIMIT 1
