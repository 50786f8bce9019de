-- Purpose: KPI-04, the newest runs with the seconds that each waited.
-- Parameters: since, until (excluded), row_limit. Caller: cmms.figures.kpis.
SELECT id AS sync_log_id, sync_type, run_id, sync_started_at AS started_at, queue_ms / 1000 AS queue_seconds
FROM api_sync_logs
WHERE queue_ms IS NOT NULL AND sync_started_at >= %(since)s AND sync_started_at < %(until)s
ORDER BY sync_started_at DESC, id DESC
LIMIT %(row_limit)s
