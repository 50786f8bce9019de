-- Close an alert.
-- Parameters: id, resolved_at, body. Caller: cmms.alerts.write_outbox
UPDATE alert_events
SET status = 'resolved', resolved_at = %(resolved_at)s, body = %(body)s
WHERE id = %(id)s AND status <> 'resolved'
