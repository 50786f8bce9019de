-- Purpose: the newest critical alert that nobody takes care of yet. Caller: cmms.views.read_status.
SELECT id, title, occurrences, sync_log_id FROM alert_events
WHERE status = 'firing' AND level = 'critical' ORDER BY last_at DESC LIMIT 1
