-- Purpose: who did what is in one row of the audit log, and how long ago. Parameters: id. Caller: cmms.figures.one_machine.
SELECT actor, TIMESTAMPDIFF(SECOND, at, UTC_TIMESTAMP(3)) AS seconds_ago FROM audit_log WHERE id = %(id)s
