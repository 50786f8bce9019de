-- Purpose: old alerts, after their messages.
-- Parameters: ids. Caller: cmms.operations.clean_up_logs.
DELETE FROM alert_events WHERE id IN %(ids)s AND status = 'resolved'
