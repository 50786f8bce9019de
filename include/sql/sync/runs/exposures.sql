-- Purpose: why secrets of the run went over plain HTTP, if they did.
-- Parameters: sync_log_id. Caller: cmms.sync.runs.close_run.
SELECT DISTINCT message FROM sync_log_events WHERE sync_log_id = %(sync_log_id)s AND code = 'PLAIN_HTTP'
