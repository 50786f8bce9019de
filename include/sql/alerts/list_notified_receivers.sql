-- Who was told of an alert, or still will be: the same hear that it is over.
-- Locking, so that it reads what is there now and not what an older snapshot shows.
-- Parameters: alert_event_id. Caller: cmms.alerts.write_outbox
SELECT channel, target
FROM notification_deliveries
WHERE alert_event_id = %(alert_event_id)s AND transition = 'firing' AND status <> 'failed'
ORDER BY id
FOR UPDATE
