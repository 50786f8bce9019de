-- Purpose: response times of the source, the newest requests. Parameters: row_limit. Caller: the widgets of include/cmms_ui.
SELECT id, endpoint, called_at, latency_ms, status, error_class FROM api_call_logs ORDER BY id DESC LIMIT %(row_limit)s
