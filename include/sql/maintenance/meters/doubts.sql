-- Purpose: doubtful readings that a person decides on, with the reading as it is stored.
-- Parameters: ids (of doubtful_readings). Caller: cmms.maintenance.meters.decide_readings.
SELECT d.id, r.id AS reading_id, d.equipment_id, e.equipment_number, d.date, r.cumulative_hours AS counter, d.state,
  d.row_version, v.id IS NOT NULL AS is_void
FROM doubtful_readings d
JOIN equipment_running_times r ON r.equipment_id = d.equipment_id AND r.date = d.date
JOIN equipment e ON e.id = d.equipment_id
LEFT JOIN reading_voids v ON v.equipment_id = d.equipment_id AND v.date = d.date AND v.void_flag = 1
WHERE d.id IN %(ids)s
ORDER BY d.id
