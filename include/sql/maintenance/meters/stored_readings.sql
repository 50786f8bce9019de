-- Purpose: stored readings that a person declares void, or lets count again.
-- Parameters: ids (of equipment_running_times). Caller: cmms.maintenance.meters.decide_readings.
SELECT r.id, r.id AS reading_id, r.equipment_id, e.equipment_number, r.date, r.cumulative_hours AS counter,
  IF(v.id IS NULL, COALESCE(d.state, 'trusted'), 'void') AS state, v.id IS NOT NULL AS is_void
FROM equipment_running_times r
JOIN equipment e ON e.id = r.equipment_id
LEFT JOIN reading_voids v ON v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1
LEFT JOIN doubtful_readings d ON d.equipment_id = r.equipment_id AND d.date = r.date
WHERE r.id IN %(ids)s
ORDER BY r.id
