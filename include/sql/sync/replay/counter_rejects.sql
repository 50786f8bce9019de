-- Purpose: what is known of rejected counter readings that a person accepts.
-- Parameters: ids, streams (of readings). Caller: cmms.sync.accept_counters.
SELECT r.id, e.id AS equipment_id, r.reading_date, r.code,
  (SELECT t.cumulative_hours FROM equipment_running_times t
   WHERE t.equipment_id = e.id AND t.date < r.reading_date ORDER BY t.date DESC LIMIT 1) AS old_final
FROM sync_record_errors r
JOIN equipment e ON e.equipment_number = r.equipment_number
WHERE r.id IN %(ids)s AND r.open_flag = 1 AND r.stream IN %(streams)s
  AND r.code IN ('COUNTER_DECREASED', 'COUNTER_NOT_ADVANCED', 'CUMULATIVE_BELOW_DAILY') AND r.reading_date IS NOT NULL
