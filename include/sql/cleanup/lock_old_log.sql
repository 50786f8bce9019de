-- Purpose: the log is still closed and old (its DAG run may have been cleared meanwhile), and stays so.
-- Parameters: id, before. Caller: cmms.sync.clean_up_logs.
SELECT id FROM api_sync_logs
WHERE id = %(id)s AND status NOT IN ('queued', 'running', 'paused')
  AND COALESCE(sync_completed_at, sync_started_at, created_at) < %(before)s
FOR UPDATE
