-- Purpose: the newest runs. Parameters: row_limit. Caller: the widgets of plugins/cmms_ui.
SELECT id, sync_type, status, sync_started_at, records_processed, records_failed, error_class
FROM api_sync_logs ORDER BY id DESC LIMIT %(row_limit)s
