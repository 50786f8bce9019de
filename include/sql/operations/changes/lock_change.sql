-- Purpose: two runs of one change take turns. Parameters: id. Caller: cmms.operations.requested_changes.
SELECT done, details FROM requested_changes WHERE id = %(id)s FOR UPDATE
