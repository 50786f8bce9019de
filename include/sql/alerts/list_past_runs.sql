-- Finished runs of a sync type up to an instant, newest first; cancelled runs are left out.
-- Parameters: sync_type, sync_log_id (left out), until, row_limit. Caller: cmms.alerts.load_history
SELECT status, error_class, error_category, records_processed, records_failed, sync_completed_at
FROM api_sync_logs
WHERE sync_type = %(sync_type)s
  AND id <> %(sync_log_id)s
  AND status IN ('success', 'partial', 'failed')
  AND sync_completed_at <= %(until)s
ORDER BY sync_completed_at DESC, id DESC
LIMIT %(row_limit)s
