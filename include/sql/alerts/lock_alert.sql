-- The newest alert of a fingerprint, locked: the holder of the lock decides whether to notify again.
-- Parameters: fingerprint. Caller: cmms.alerts.write_outbox
SELECT id, status, title, level, body, last_at
FROM alert_events
WHERE fingerprint = %(fingerprint)s
ORDER BY id DESC
LIMIT 1
FOR UPDATE
