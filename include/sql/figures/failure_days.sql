-- Purpose: failed runs by category and UTC day of their start. Parameters: since. Caller: cmms.figures.failures.
SELECT DATE(sync_started_at) AS day, COALESCE(error_category, 'unknown') AS category, COUNT(*) AS errors
FROM api_sync_logs WHERE status = 'failed' AND sync_started_at >= %(since)s
GROUP BY DATE(sync_started_at), COALESCE(error_category, 'unknown') ORDER BY day
