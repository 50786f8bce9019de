-- Purpose: one batch of what belongs to old logs.
-- Parameters: sync_log_ids, row_limit. Caller: cmms.operations.clean_up_logs.
DELETE FROM sync_superseded_records WHERE sync_log_id IN %(sync_log_ids)s LIMIT %(row_limit)s
