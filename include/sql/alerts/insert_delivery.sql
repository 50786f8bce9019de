-- A message to one receiver, before it is sent: claimed by the writer until next_attempt_at ('sending'), or sent
-- already on the path without database ('sent').
-- Parameters: alert_event_id, channel, target, transition, status, attempts, next_attempt_at, sent_at.
-- Caller: cmms.alerts.write_outbox
INSERT INTO notification_deliveries
  (alert_event_id, channel, target, transition, status, attempts, next_attempt_at, sent_at)
VALUES
  (%(alert_event_id)s, %(channel)s, %(target)s, %(transition)s, %(status)s, %(attempts)s, %(next_attempt_at)s,
   %(sent_at)s)
