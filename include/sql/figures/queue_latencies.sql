-- Purpose: KPI-04, seconds from queued to running, by sync type: mean, nearest-rank 95th percentile, maximum.
--   Runs that nobody queued (command line) have none.
-- Parameters: since, until (instants when runs started; until is excluded). Caller: cmms.figures.kpis.
SELECT sync_type, COUNT(*) AS runs,
  AVG(queue_ms) / 1000 AS mean_seconds,
  MAX(CASE WHEN place = CEIL(0.95 * runs_of_type) THEN queue_ms END) / 1000 AS p95_seconds,
  MAX(queue_ms) / 1000 AS max_seconds
FROM (
  SELECT sync_type, queue_ms,
    ROW_NUMBER() OVER (PARTITION BY sync_type ORDER BY queue_ms) AS place,
    COUNT(*) OVER (PARTITION BY sync_type) AS runs_of_type
  FROM api_sync_logs
  WHERE queue_ms IS NOT NULL AND sync_started_at >= %(since)s AND sync_started_at < %(until)s
) queued
GROUP BY sync_type
ORDER BY sync_type
