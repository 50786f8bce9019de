-- Purpose: how many open rejects of some machines were rejected because of the counter before them. Parameters: ids.
-- Caller: cmms.figures.doubts.
SELECT COUNT(*) AS readings
FROM equipment e
JOIN sync_record_errors x ON x.equipment_number = e.equipment_number
WHERE e.id IN %(ids)s AND x.open_flag = 1
  AND x.code IN ('COUNTER_DECREASED', 'COUNTER_NOT_ADVANCED')
