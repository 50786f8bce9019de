-- Purpose: a change whose run could not be started. Parameters: id. Caller: cmms.operations.requested_changes.
DELETE FROM requested_changes WHERE id = %(id)s AND status = 'waiting'
