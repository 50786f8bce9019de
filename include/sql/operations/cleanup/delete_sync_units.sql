-- Purpose: the units of old logs, in one transaction with the logs themselves: a log without its units would not add up.
-- Parameters: sync_log_ids. Caller: cmms.operations.clean_up_logs.
DELETE FROM sync_units WHERE sync_log_id IN %(sync_log_ids)s
