-- Resolve alerts about maintenance due that is ordered, done, waived or withdrawn by now.
-- Parameters: now. Caller: cmms.alerts.watch_runs
UPDATE alert_events AS e
SET e.status = 'resolved', e.resolved_at = %(now)s
WHERE e.rule_key = 'maintenance_due'
  AND e.status <> 'resolved'
  AND NOT EXISTS (
    SELECT 1 FROM maintenance_dues AS d WHERE d.state = 'open' AND d.created_at <= e.last_at
  )
