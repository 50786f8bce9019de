-- Purpose: a refused write, once a person, kind of request and minute; the next ones of that minute are counted.
-- Parameters: actor, after_json, count, refusal_key. Caller: cmms.access.audit.
INSERT INTO audit_log (at, actor, action, entity, entity_id, after_json, refusal_key)
VALUES (UTC_TIMESTAMP(3), %(actor)s, 'refused', 'request', '', %(after_json)s, %(refusal_key)s)
ON DUPLICATE KEY UPDATE after_json = JSON_SET(after_json, '$.count', JSON_EXTRACT(after_json, '$.count') + %(count)s)
