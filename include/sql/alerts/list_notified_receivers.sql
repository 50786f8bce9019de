-- Receivers that were notified of an alert, or still will be: they also get the message that it is resolved.
-- Locking, so that it reads what is there now and not what an older snapshot shows.
-- Parameters: alert_event_id. Caller: cmms.alerts.write_outbox
SELECT channel, target
FROM notification_deliveries
WHERE alert_event_id = %(alert_event_id)s AND transition = 'firing' AND status <> 'failed'
ORDER BY id
FOR UPDATE
