-- Purpose: the same DAG run starts again (retry of the first task, or cleared): its log row runs again. A cancel that was
--   asked for while it was open stays (the control before the status: assignments are made from left to right).
-- Parameters: id, settings_json, config_version_id, stale_master. Caller: cmms.sync.open_run.
UPDATE api_sync_logs
SET control = IF(control = 'cancel' AND status IN ('queued', 'running', 'paused'), 'cancel', 'none'),
    status = 'running', level = NULL, error_class = NULL, error_category = NULL, error_message = NULL,
    stack_trace = NULL, respond_by = NULL, settings_json = %(settings_json)s, config_version_id = %(config_version_id)s,
    stale_master = %(stale_master)s, heartbeat_at = UTC_TIMESTAMP(3), sync_completed_at = NULL,
    updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
