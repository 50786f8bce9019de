-- Claim a locked message until next_attempt_at; the raised count of attempts fences off the sender before.
-- Parameters: id, next_attempt_at. Caller: cmms.alerts.write_outbox
UPDATE notification_deliveries
SET status = 'sending', attempts = attempts + 1, next_attempt_at = %(next_attempt_at)s
WHERE id = %(id)s
