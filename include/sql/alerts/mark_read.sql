-- Purpose: somebody has seen these alerts. Parameters: ids, reader. Caller: cmms.alerts.handle_alerts.
INSERT INTO notification_reads (alert_event_id, reader)
SELECT id, %(reader)s FROM alert_events WHERE id IN %(ids)s
ON DUPLICATE KEY UPDATE read_at = UTC_TIMESTAMP(3)
