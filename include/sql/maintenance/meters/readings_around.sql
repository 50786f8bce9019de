-- Purpose: the newest trusted reading before a day and the oldest since, of the counters that end and begin on that day.
--   Parameters: equipment_id, day, own_key (a segment that does not count; 0: all do).
-- Caller: cmms.maintenance.meters.change_meter.
SELECT b.date AS before_date, b.cumulative_hours AS before_counter, b.running_hours AS before_hours,
  a.date AS first_date, a.cumulative_hours AS first_counter, a.running_hours AS first_hours
FROM (
  SELECT
    (SELECT r.date FROM equipment_running_times r
     WHERE r.equipment_id = %(equipment_id)s AND r.date < %(day)s
       AND r.date >= COALESCE((
         SELECT MAX(s.from_date) FROM measuring_points p JOIN meter_segments s ON s.point_id = p.id
         WHERE p.equipment_id = %(equipment_id)s AND p.primary_flag = 1 AND s.from_date < %(day)s AND s.id <> %(own_key)s),
         '1000-01-01')
       AND NOT EXISTS (SELECT 1 FROM reading_voids v
                       WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
       AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                       WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
     ORDER BY r.date DESC LIMIT 1) AS before_date,
    (SELECT r.date FROM equipment_running_times r
     WHERE r.equipment_id = %(equipment_id)s AND r.date >= %(day)s
       AND r.date < COALESCE((
         SELECT MIN(s.from_date) FROM measuring_points p JOIN meter_segments s ON s.point_id = p.id
         WHERE p.equipment_id = %(equipment_id)s AND p.primary_flag = 1 AND s.from_date > %(day)s AND s.id <> %(own_key)s),
         '9999-12-31')
       AND NOT EXISTS (SELECT 1 FROM reading_voids v
                       WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
       AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                       WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
     ORDER BY r.date LIMIT 1) AS first_date
) f
LEFT JOIN equipment_running_times b ON b.equipment_id = %(equipment_id)s AND b.date = f.before_date
LEFT JOIN equipment_running_times a ON a.equipment_id = %(equipment_id)s AND a.date = f.first_date
