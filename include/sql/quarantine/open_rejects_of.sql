-- Purpose: rejected records of machines that are open, oldest first. Parameters: ids, row_limit.
-- Caller: cmms.quarantine.replay_records.
SELECT x.id FROM sync_record_errors x JOIN equipment e ON e.equipment_number = x.equipment_number
WHERE e.id IN %(ids)s AND x.open_flag = 1 ORDER BY x.id LIMIT %(row_limit)s
