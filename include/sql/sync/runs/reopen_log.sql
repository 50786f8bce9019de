-- Purpose: the same DAG run starts again (retry of the first task, or cleared): its log row runs again. A run that was
--   refused before it began (no settings are pinned) gets its scope now; any other keeps the one that it began with. A
--   cancel that was asked for while it was open stays (the control before the status: assignments are made from left to
--   right).
-- Parameters: id, settings_json, config_version_id, stale_master, scope, interval_start, interval_end.
-- Caller: cmms.sync.runs.open_run.
UPDATE api_sync_logs
SET scope = IF(settings_json IS NULL, %(scope)s, scope),
    interval_start = IF(settings_json IS NULL, %(interval_start)s, interval_start),
    interval_end = IF(settings_json IS NULL, %(interval_end)s, interval_end),
    control = IF(control = 'cancel' AND status IN ('queued', 'running', 'paused'), 'cancel', 'none'),
    status = 'running', level = NULL, error_class = NULL, error_category = NULL, error_message = NULL,
    stack_trace = NULL, respond_by = NULL, settings_json = %(settings_json)s, config_version_id = %(config_version_id)s,
    stale_master = %(stale_master)s, heartbeat_at = UTC_TIMESTAMP(3), sync_completed_at = NULL,
    updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
