-- Purpose: one batch of old HTTP requests, oldest first.
-- Parameters: before, row_limit. Caller: cmms.operations.clean_up_logs.
DELETE FROM api_call_logs WHERE called_at < %(before)s ORDER BY called_at LIMIT %(row_limit)s
