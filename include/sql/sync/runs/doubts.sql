-- Purpose: why more may exist at the source than the run's answers held, as written when its units were merged.
-- Parameters: sync_log_id. Caller: cmms.sync.runs.close_run.
SELECT message FROM sync_log_events WHERE sync_log_id = %(sync_log_id)s AND category = 'completeness' ORDER BY id
