-- Store the outcome of a claim, if this sender still holds it.
-- Parameters: id, attempts, status, next_attempt_at, last_error, sent_at. Caller: cmms.alerts.write_outbox
UPDATE notification_deliveries
SET status = %(status)s, next_attempt_at = %(next_attempt_at)s, last_error = %(last_error)s, sent_at = %(sent_at)s
WHERE id = %(id)s AND status = 'sending' AND attempts = %(attempts)s
