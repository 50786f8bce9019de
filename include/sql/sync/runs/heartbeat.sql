-- Purpose: the run is alive.
-- Parameters: sync_log_id. Caller: cmms.sync.runs.report_progress.
UPDATE api_sync_logs SET heartbeat_at = UTC_TIMESTAMP(3) WHERE id = %(sync_log_id)s
