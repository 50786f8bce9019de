-- Purpose: show a run as paused, or as running again.
-- Parameters: sync_log_id, status. Caller: cmms.sync.runs.report_progress.
UPDATE api_sync_logs SET status = %(status)s, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(sync_log_id)s AND status IN ('running', 'paused')
