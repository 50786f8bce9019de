-- Purpose: open runs whose process sent no heartbeat for longer than the lease of the run.
--   A queued run is waited for; only one that had a heartbeat can have lost its process. dag_id and run_id: to ask
--   Airflow whether its tasks wait.
-- Parameters: now, lease_seconds (for runs without pinned settings). Caller: cmms.operations.watch_runs.
SELECT id, dag_id, run_id, status, seen_at, lease_seconds
FROM (
  SELECT id, dag_id, run_id, status,
    IF(status = 'queued', heartbeat_at, COALESCE(heartbeat_at, sync_started_at, created_at)) AS seen_at,
    COALESCE(CAST(JSON_UNQUOTE(JSON_EXTRACT(settings_json, '$.engine.lease_seconds')) AS UNSIGNED), %(lease_seconds)s)
      AS lease_seconds
  FROM api_sync_logs
  WHERE status IN ('queued', 'running', 'paused')
) open_runs
WHERE seen_at < %(now)s - INTERVAL lease_seconds SECOND
ORDER BY id
