-- Purpose: who accepted what.
-- Caller: cmms.sync.replay_rejects.
INSERT INTO audit_log (actor, action, entity, entity_id, after_json)
VALUES (%(user)s, 'accept_counter', 'sync_record_errors', %(id)s, JSON_OBJECT('reason', %(reason)s))
