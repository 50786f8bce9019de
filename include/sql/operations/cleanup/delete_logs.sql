-- Purpose: old logs that nothing refers to any more.
-- Parameters: sync_log_ids. Caller: cmms.operations.clean_up_logs.
DELETE FROM api_sync_logs WHERE id IN %(sync_log_ids)s
