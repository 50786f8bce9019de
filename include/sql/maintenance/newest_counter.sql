-- Purpose: the newest trusted reading of a machine. Parameters: equipment_id. Caller: cmms.maintenance.orders.newest_counter.
SELECT r.cumulative_hours, r.date
FROM equipment_running_times r
WHERE r.equipment_id = %(equipment_id)s
  AND NOT EXISTS (SELECT 1 FROM reading_voids v
                  WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
  AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                  WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
ORDER BY r.date DESC
LIMIT 1
