-- Every alert that is still open.
-- Parameters: none. Callers: cmms.alerts.load_history, cmms.alerts.watch_runs
SELECT rule_key, fingerprint, title, level, last_at,
       JSON_UNQUOTE(JSON_EXTRACT(body, '$.last_run')) AS run
FROM alert_events
WHERE status <> 'resolved'
ORDER BY id
