-- Stream: any.
-- Purpose: which run has stored the record that a replayed one has lost against.
-- Parameters: equipment_number, day. Caller: cmms.sync.merge.quarantine_records.
SELECT t.sync_log_id, t.api_created_at AS newest_at
FROM {table} t JOIN equipment e ON e.id = t.equipment_id
WHERE e.equipment_number = %(equipment_number)s AND t.date = %(day)s
