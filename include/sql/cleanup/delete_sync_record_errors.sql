-- Purpose: one batch of the settled rejects of an old log.
-- Parameters: sync_log_id, row_limit. Caller: cmms.sync.clean_up_logs.
DELETE FROM sync_record_errors
WHERE sync_log_id = %(sync_log_id)s AND status IN ('resolved', 'discarded')
LIMIT %(row_limit)s
