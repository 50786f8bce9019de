-- Purpose: one batch of the settled rejects of old logs.
-- Parameters: sync_log_ids, row_limit. Caller: cmms.operations.clean_up_logs.
DELETE FROM sync_record_errors
WHERE sync_log_id IN %(sync_log_ids)s AND status IN ('resolved', 'discarded')
LIMIT %(row_limit)s
