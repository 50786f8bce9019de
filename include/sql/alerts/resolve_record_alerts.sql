-- Resolve alerts whose failed records were all corrected, discarded or stored by a later run.
-- Parameters: now. Caller: cmms.alerts.watch_runs
UPDATE alert_events AS e
SET e.status = 'resolved', e.resolved_at = %(now)s
WHERE e.rule_key = 'records_failed'
  AND e.status <> 'resolved'
  AND e.sync_log_id IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM sync_record_errors AS r WHERE r.sync_log_id = e.sync_log_id AND r.open_flag = 1
  )
