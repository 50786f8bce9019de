-- Purpose: a cleared DAG run is refused before it begins anew: its row is opened to be closed with the new reason.
-- Parameters: id. Caller: cmms.sync.runs.record_refused_run.
UPDATE api_sync_logs
SET status = 'running', level = NULL, error_class = NULL, error_category = NULL, error_message = NULL,
    stack_trace = NULL, respond_by = NULL, heartbeat_at = UTC_TIMESTAMP(3), sync_completed_at = NULL,
    updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
