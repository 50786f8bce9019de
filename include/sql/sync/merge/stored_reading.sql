-- Purpose: which run has stored the reading that a replayed record has lost against.
-- Parameters: equipment_number, day. Caller: cmms.sync.merge.quarantine_records.
SELECT t.sync_log_id, t.date_time AS newest_at
FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id
WHERE e.equipment_number = %(equipment_number)s AND t.date = %(day)s
