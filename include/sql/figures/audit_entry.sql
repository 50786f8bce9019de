-- Purpose: who did what when, of one row of the audit log. Parameters: id. Caller: the widgets of include/cmms_ui.
SELECT at, actor, action, TIMESTAMPDIFF(SECOND, at, UTC_TIMESTAMP(3)) AS seconds_ago FROM audit_log WHERE id = %(id)s
