-- Purpose: one batch of what belongs to an old log.
-- Parameters: sync_log_id, row_limit. Caller: cmms.sync.clean_up_logs.
DELETE FROM sync_log_events WHERE sync_log_id = %(sync_log_id)s LIMIT %(row_limit)s
