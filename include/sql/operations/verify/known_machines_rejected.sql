-- Purpose: records that wait as EQUIPMENT_UNKNOWN although their machine was stored before they were last validated: the
--   merge did not see the whole list of machines. One whose machine came later waits for its replay, and is right.
-- Parameters: of_machines (streams whose machines have to be known). Caller: cmms.operations.verify.verify_tables.
SELECT r.id, r.equipment_number, r.unit_key, r.sync_log_id
FROM sync_record_errors r
JOIN equipment e ON e.equipment_number = r.equipment_number
WHERE r.open_flag = 1 AND r.stream IN %(of_machines)s AND r.code = 'EQUIPMENT_UNKNOWN' AND e.created_at < r.last_seen_at
ORDER BY r.id
