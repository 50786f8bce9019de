-- The open alert happened again: count it, notify nobody.
-- Parameters: id, occurrences, last_at, sync_log_id, body. Caller: cmms.alerts.write_outbox
UPDATE alert_events
SET occurrences = occurrences + %(occurrences)s,
    last_at = GREATEST(last_at, %(last_at)s),
    sync_log_id = COALESCE(%(sync_log_id)s, sync_log_id),
    body = %(body)s
WHERE id = %(id)s
