-- Purpose: a change that has ended before its last row. Parameters: id, error_message. Caller: cmms.operations.requested_changes.
UPDATE requested_changes SET status = 'failed', error_message = %(error_message)s, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s AND status IN ('waiting', 'running')
