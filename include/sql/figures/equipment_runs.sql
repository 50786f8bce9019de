-- Purpose: rejected records of a machine, newest first. Parameters: id. Caller: the widgets of include/cmms_ui.
SELECT x.id, x.code, x.message, x.status, x.reading_date, x.last_seen_at, x.sync_log_id
FROM sync_record_errors x JOIN equipment e ON e.equipment_number = x.equipment_number
WHERE e.id = %(id)s ORDER BY x.last_seen_at DESC LIMIT 20
