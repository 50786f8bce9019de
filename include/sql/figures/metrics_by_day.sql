-- Purpose: what the daily syncs took and brought, by UTC day of their start, as sums to divide; good and finished runs are
--   those of KPI-01 (success_rate).
-- Parameters: sync_types, since. Caller: cmms.figures.sync_days.
SELECT DATE(sync_started_at) AS day, COUNT(*) AS runs,
  SUM(status IN ('success', 'partial')) AS good, SUM(status IN ('success', 'partial', 'failed')) AS finished,
  SUM(records_processed) AS processed, SUM(records_failed) AS rejected, SUM(records_warning) AS warnings,
  SUM(TIMESTAMPDIFF(MICROSECOND, sync_started_at, sync_completed_at)) / 1000000 AS seconds,
  SUM(queue_ms) / 1000 AS queue_seconds, COUNT(queue_ms) AS queued,
  SUM(validate_ms) / 1000 AS rule_seconds, SUM(db_ms) / 1000 AS database_seconds
FROM api_sync_logs
WHERE sync_type IN %(sync_types)s AND sync_started_at >= %(since)s AND sync_completed_at IS NOT NULL
GROUP BY DATE(sync_started_at)
ORDER BY day
