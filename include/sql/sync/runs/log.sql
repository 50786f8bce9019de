-- Purpose: everything of one run's log row.
-- Parameters: id. Caller: cmms.sync.runs.open_run, cmms.sync.runs.close_run.
SELECT * FROM api_sync_logs WHERE id = %(id)s
