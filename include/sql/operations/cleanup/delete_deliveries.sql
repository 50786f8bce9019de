-- Purpose: the messages of old alerts.
-- Parameters: ids. Caller: cmms.operations.clean_up_logs.
DELETE FROM notification_deliveries WHERE alert_event_id IN %(ids)s
