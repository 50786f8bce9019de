-- Purpose: response times of the source, the newest requests. Parameters: row_limit. Caller: cmms.figures.calls.
SELECT endpoint, called_at, latency_ms FROM api_call_logs ORDER BY id DESC LIMIT %(row_limit)s
