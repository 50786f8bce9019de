-- Purpose: one batch of old refused writes; the other rows of the audit log stay.
-- Parameters: before, row_limit. Caller: cmms.operations.clean_up_logs.
DELETE FROM audit_log WHERE action = 'refused' AND at < %(before)s ORDER BY at LIMIT %(row_limit)s
