-- Runs that wait too long for a worker, or whose worker sends no heartbeat. Paused runs send none on purpose.
-- Parameters: queued_before, silent_before. Caller: cmms.alerts.watch_runs
SELECT id, sync_type, status, dag_id, run_id,
       IF(status = 'queued', created_at, COALESCE(heartbeat_at, sync_started_at, created_at)) AS since
FROM api_sync_logs
WHERE (status = 'queued' AND created_at < %(queued_before)s)
   OR (status = 'running' AND COALESCE(heartbeat_at, sync_started_at, created_at) < %(silent_before)s)
ORDER BY id
