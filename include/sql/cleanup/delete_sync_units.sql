-- Purpose: the units of an old log, in one transaction with the log itself: a log without its units would not add up.
-- Parameters: sync_log_id. Caller: cmms.sync.clean_up_logs.
DELETE FROM sync_units WHERE sync_log_id = %(sync_log_id)s
