-- Purpose: closed logs older than the retention that nothing needs any more: no record that a person has still to settle
--   (or has settled lately), no open alert, no kept run that repeated it. Repeating runs come first, so that the
--   repeated ones are free in the next batch.
-- Parameters: before, row_limit. Caller: cmms.operations.clean_up_logs.
SELECT l.id
FROM api_sync_logs l
WHERE l.status NOT IN ('queued', 'running', 'paused')
  AND COALESCE(l.sync_completed_at, l.sync_started_at, l.created_at) < %(before)s
  AND NOT EXISTS (
    SELECT 1 FROM sync_record_errors r
    WHERE r.sync_log_id = l.id AND (r.open_flag = 1 OR COALESCE(r.resolved_at, r.last_seen_at) >= %(before)s))
  AND NOT EXISTS (SELECT 1 FROM alert_events a WHERE a.sync_log_id = l.id AND a.open_flag = 1)
  AND NOT EXISTS (SELECT 1 FROM api_sync_logs n WHERE n.retry_of_id = l.id)
ORDER BY l.id DESC
LIMIT %(row_limit)s
