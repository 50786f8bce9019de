-- Messages to send now: those that failed and whose pause is over, and those whose sender did not come back
-- (claim over). Rows that another sender is just claiming are skipped.
-- Parameters: now, row_limit. Caller: cmms.alerts.write_outbox
SELECT d.id, d.alert_event_id, d.attempts, d.channel, d.target, d.transition, e.body
FROM notification_deliveries AS d
JOIN alert_events AS e ON e.id = d.alert_event_id
WHERE d.status IN ('pending', 'sending') AND d.next_attempt_at <= %(now)s
ORDER BY d.id
LIMIT %(row_limit)s
FOR UPDATE SKIP LOCKED
