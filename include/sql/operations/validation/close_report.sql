-- Purpose: a validation has ended; one that has ended already stays as it is. Parameters: id, status, error_message.
-- Caller: cmms.operations.validation_reports.
UPDATE validation_reports SET status = %(status)s, error_message = %(error_message)s, ended_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s AND status = 'running'
