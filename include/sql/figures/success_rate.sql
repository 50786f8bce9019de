-- Purpose: KPI-01, how many finished runs succeeded, by sync type. A partial run is a success: everything valid was stored.
--   Cancelled runs say nothing about health and are only counted.
-- Parameters: since, until (instants when runs ended; until is excluded). Caller: cmms.figures.kpis.
SELECT sync_type,
  CAST(SUM(status IN ('success', 'partial', 'failed')) AS UNSIGNED) AS finished,
  CAST(SUM(status IN ('success', 'partial')) AS UNSIGNED) AS succeeded,
  CAST(SUM(status = 'partial') AS UNSIGNED) AS partial_runs,
  CAST(SUM(status = 'failed') AS UNSIGNED) AS failed,
  CAST(SUM(status = 'cancelled') AS UNSIGNED) AS cancelled
FROM api_sync_logs
WHERE status IN ('success', 'partial', 'failed', 'cancelled')
  AND sync_completed_at >= %(since)s AND sync_completed_at < %(until)s
GROUP BY sync_type
ORDER BY sync_type
