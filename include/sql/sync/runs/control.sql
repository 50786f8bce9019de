-- Purpose: whether somebody asked to pause or cancel, and whether the run is still open.
-- Parameters: sync_log_id. Caller: cmms.sync.runs.report_progress.
SELECT control, status FROM api_sync_logs WHERE id = %(sync_log_id)s
