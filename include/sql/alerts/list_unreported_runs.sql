-- Runs that ended badly without any alert: their callback never ran (worker or DAG processor killed).
-- A failure counts as reported if a later failure of the same sync type was reported, or if it was itself reported just
-- before its row was closed.
-- Parameters: since, until, row_limit. Caller: cmms.alerts.watch_runs
SELECT l.id
FROM api_sync_logs AS l
WHERE l.sync_completed_at BETWEEN %(since)s AND %(until)s
  AND (
    (l.status = 'failed' AND NOT EXISTS (
      SELECT 1 FROM alert_events AS e
      WHERE e.rule_key IN ('run_failed', 'database_unreachable')
        AND (e.rule_key = 'database_unreachable'
             OR SUBSTRING_INDEX(e.fingerprint, ':', 2) = CONCAT('run_failed:', l.sync_type))
        AND (e.last_at >= l.sync_completed_at
             OR (e.sync_log_id = l.id AND e.last_at >= l.sync_completed_at - INTERVAL 2 MINUTE))
    ))
    OR (l.status <> 'failed' AND l.level IN ('high', 'medium') AND NOT EXISTS (
      SELECT 1 FROM alert_events AS e
      WHERE e.rule_key = 'records_failed' AND e.sync_log_id = l.id
    ))
  )
ORDER BY l.id
LIMIT %(row_limit)s
