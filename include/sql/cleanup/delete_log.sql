-- Purpose: an old log that nothing refers to any more.
-- Parameters: sync_log_id. Caller: cmms.sync.clean_up_logs.
DELETE FROM api_sync_logs WHERE id = %(sync_log_id)s
