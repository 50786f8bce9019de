-- Purpose: who accepted what.
-- Caller: cmms.sync.accept_counters.
INSERT INTO audit_log (actor, action, entity, entity_id, before_json, after_json)
VALUES (%(user)s, 'accept_counter', 'sync_record_errors', %(id)s,
  JSON_OBJECT('code', %(code)s, 'counter_before', CAST(%(old_final)s AS CHAR)),
  JSON_OBJECT('reason', %(reason)s, 'accepted_from', CAST(%(reading_date)s AS CHAR)))
