-- Purpose: what a run has to do. Parameters: id. Caller: cmms.operations.requested_changes.
SELECT id, asked_by, name, arguments, keys_json, batch_id FROM requested_changes WHERE id = %(id)s
