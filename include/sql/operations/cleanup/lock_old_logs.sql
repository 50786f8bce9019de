-- Purpose: which logs are still closed and old (a DAG run may have been cleared meanwhile), and stay so.
-- Parameters: ids, before. Caller: cmms.operations.clean_up_logs.
SELECT id FROM api_sync_logs
WHERE id IN %(ids)s AND status NOT IN ('queued', 'running', 'paused')
  AND COALESCE(sync_completed_at, sync_started_at, created_at) < %(before)s
FOR UPDATE
