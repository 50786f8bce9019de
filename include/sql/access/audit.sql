-- Purpose: who did what to which record. Caller: cmms.access.audit.
INSERT INTO audit_log (at, actor, action, entity, entity_id, before_json, after_json, batch_id)
VALUES (UTC_TIMESTAMP(3), %(actor)s, %(action)s, %(entity)s, %(entity_id)s, %(before_json)s, %(after_json)s, %(batch_id)s)
