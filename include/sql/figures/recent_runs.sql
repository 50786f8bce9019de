-- Purpose: the newest runs, with the alert of each that nobody takes care of yet. Parameters: row_limit.
-- Caller: cmms.figures.open_runs.
SELECT l.id, l.sync_type, l.status, l.sync_started_at, l.records_processed, l.records_failed,
  (SELECT MAX(a.id) FROM alert_events a WHERE a.sync_log_id = l.id AND a.status = 'firing') AS alert_id
FROM api_sync_logs l ORDER BY l.id DESC LIMIT %(row_limit)s
