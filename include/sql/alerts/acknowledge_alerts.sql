-- Purpose: acknowledge alerts. Parameters: ids, user, note. Caller: cmms.alerts.handle_alerts.
UPDATE alert_events
SET status = 'acknowledged', ack_by = %(user)s, ack_at = UTC_TIMESTAMP(3), note = %(note)s, row_version = row_version + 1
WHERE id IN %(ids)s
