-- Purpose: a large change is asked for. Parameters: asked_by, name, arguments, keys_json, batch_id, total.
-- Caller: cmms.operations.requested_changes.
INSERT INTO requested_changes (asked_by, name, arguments, keys_json, batch_id, total, created_at, updated_at)
VALUES (%(asked_by)s, %(name)s, %(arguments)s, %(keys_json)s, %(batch_id)s, %(total)s, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
