-- Purpose: rejected records of a machine, newest first. Parameters: id. Caller: cmms.figures.one_machine.
SELECT x.id, x.code, x.status, x.reading_date, x.last_seen_at
FROM sync_record_errors x JOIN equipment e ON e.equipment_number = x.equipment_number
WHERE e.id = %(id)s ORDER BY x.last_seen_at DESC LIMIT 20
