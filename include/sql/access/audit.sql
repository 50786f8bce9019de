-- Purpose: who did what to which record. Caller: cmms.access.audit.
INSERT INTO audit_log (actor, action, entity, entity_id, before_json, after_json, at, batch_id)
VALUES (%(actor)s, %(action)s, %(entity)s, %(entity_id)s, %(before_json)s, %(after_json)s, UTC_TIMESTAMP(3), %(batch_id)s)
