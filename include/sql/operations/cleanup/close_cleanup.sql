-- Purpose: close the clean-up's own log row; records are the rows and files that it removed.
-- Parameters: id, removed. Caller: cmms.operations.clean_up_logs.
UPDATE api_sync_logs
SET status = 'success', level = 'info', records_processed = %(removed)s, records_success = %(removed)s,
    control = 'none', sync_completed_at = UTC_TIMESTAMP(3), updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s AND status IN ('queued', 'running', 'paused')
