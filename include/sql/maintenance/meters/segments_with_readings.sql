-- Purpose: the segments of machines with what their offsets follow from: the overflow value of the point, the newest trusted
--   reading before each segment and the oldest in it. Trusted: neither void nor doubtful.
-- Parameters: ids (of machines). Callers: cmms.maintenance.meters.settle_segments.
SELECT f.id, f.equipment_id, f.from_date, f.kind, f.old_final, f.new_initial, f.offset_hours, f.overflow_value,
  f.overflow_counts, b.date AS before_date, b.cumulative_hours AS before_counter, b.running_hours AS before_hours,
  a.date AS first_date, a.cumulative_hours AS first_counter, a.running_hours AS first_hours
FROM (
  SELECT s.id, s.equipment_id, s.from_date, s.kind, s.old_final, s.new_initial, s.offset_hours, s.overflow_value,
    s.overflow_counts,
    (SELECT r.date FROM equipment_running_times r
     WHERE r.equipment_id = s.equipment_id AND r.date < s.from_date
       AND NOT EXISTS (SELECT 1 FROM reading_voids v
                       WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
       AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                       WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
     ORDER BY r.date DESC LIMIT 1) AS before_date,
    (SELECT r.date FROM equipment_running_times r
     WHERE r.equipment_id = s.equipment_id AND r.date >= s.from_date AND r.date < s.next_from
       AND NOT EXISTS (SELECT 1 FROM reading_voids v
                       WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
       AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                       WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
     ORDER BY r.date LIMIT 1) AS first_date
  FROM (
    SELECT g.id, p.equipment_id, g.from_date, g.kind, g.old_final, g.new_initial, g.offset_hours, p.overflow_value,
      p.overflow_counts,
      COALESCE(LEAD(g.from_date) OVER (PARTITION BY g.point_id ORDER BY g.from_date), '9999-12-31') AS next_from
    FROM measuring_points p
    JOIN meter_segments g ON g.point_id = p.id
    WHERE p.equipment_id IN %(ids)s AND p.primary_flag = 1
  ) s
) f
LEFT JOIN equipment_running_times b ON b.equipment_id = f.equipment_id AND b.date = f.before_date
LEFT JOIN equipment_running_times a ON a.equipment_id = f.equipment_id AND a.date = f.first_date
ORDER BY f.equipment_id, f.from_date
