-- A new alert, open unless it is only noted. No row is written when another process has opened the same one meanwhile
-- (uk_alert_events_open). Parameters: fingerprint, rule_key, level, title, body, sync_log_id, respond_by, occurrences,
-- first_at, last_at, status, resolved_at.
-- Caller: cmms.alerts.write_outbox
INSERT INTO alert_events
  (fingerprint, rule_key, level, title, body, sync_log_id, respond_by, occurrences, first_at, last_at,
   status, resolved_at)
VALUES
  (%(fingerprint)s, %(rule_key)s, %(level)s, %(title)s, %(body)s, %(sync_log_id)s, %(respond_by)s,
   %(occurrences)s, %(first_at)s, %(last_at)s, %(status)s, %(resolved_at)s)
ON DUPLICATE KEY UPDATE id = id
