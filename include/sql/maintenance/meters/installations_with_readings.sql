-- Purpose: where components were installed, with the trusted readings of the machine that they ran with: of the day before,
--   the oldest since, the newest until. Parameters: ids (of components). Caller: cmms.maintenance.meters.read_components.
SELECT f.child_id, f.parent_id, f.from_date, f.to_date,
  b.date AS before_date, b.cumulative_hours AS before_counter, b.running_hours AS before_hours,
  a.date AS first_date, a.cumulative_hours AS first_counter, a.running_hours AS first_hours,
  z.date AS last_date, z.cumulative_hours AS last_counter, z.running_hours AS last_hours
FROM (
  SELECT i.child_id, i.parent_id, i.from_date, i.to_date,
    (SELECT r.date FROM equipment_running_times r
     WHERE r.equipment_id = i.parent_id AND r.date = i.from_date - INTERVAL 1 DAY
       AND NOT EXISTS (SELECT 1 FROM reading_voids v
                       WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
       AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                       WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')) AS before_date,
    (SELECT r.date FROM equipment_running_times r
     WHERE r.equipment_id = i.parent_id AND r.date >= i.from_date AND r.date <= COALESCE(i.to_date, '9999-12-31')
       AND NOT EXISTS (SELECT 1 FROM reading_voids v
                       WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
       AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                       WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
     ORDER BY r.date LIMIT 1) AS first_date,
    (SELECT r.date FROM equipment_running_times r
     WHERE r.equipment_id = i.parent_id AND r.date >= i.from_date AND r.date <= COALESCE(i.to_date, '9999-12-31')
       AND NOT EXISTS (SELECT 1 FROM reading_voids v
                       WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
       AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                       WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
     ORDER BY r.date DESC LIMIT 1) AS last_date
  FROM installations i
  WHERE i.child_id IN %(ids)s
) f
LEFT JOIN equipment_running_times b ON b.equipment_id = f.parent_id AND b.date = f.before_date
LEFT JOIN equipment_running_times a ON a.equipment_id = f.parent_id AND a.date = f.first_date
LEFT JOIN equipment_running_times z ON z.equipment_id = f.parent_id AND z.date = f.last_date
ORDER BY f.child_id, f.from_date
