-- Every alert that is still open.
-- Parameters: none. Callers: cmms.alerts.load_history, cmms.alerts.watch_runs
SELECT rule_key, fingerprint, title, level, last_at, sync_log_id
FROM alert_events
WHERE status <> 'resolved'
ORDER BY id
