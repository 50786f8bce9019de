-- Purpose: alerts that were over before the retention.
-- Parameters: before, row_limit. Caller: cmms.operations.clean_up_logs.
SELECT id FROM alert_events WHERE status = 'resolved' AND resolved_at < %(before)s ORDER BY id LIMIT %(row_limit)s
