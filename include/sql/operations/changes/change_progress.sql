-- Purpose: how far a change has come. Parameters: id. Caller: cmms.operations.requested_changes.
SELECT id, asked_by, name, arguments, status, total, done, changed, unchanged, left_alone, details, error_message
FROM requested_changes WHERE id = %(id)s
