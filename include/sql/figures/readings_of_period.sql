-- Purpose: readings of a machine in the newest days of all readings. Parameters: id, days.
-- Caller: cmms.figures.running_hours.
SELECT r.date AS day, r.running_hours, r.cumulative_hours, r.quality, r.quality_code,
  CASE
    WHEN EXISTS (SELECT 1 FROM reading_voids v WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
      THEN 'void'
    WHEN EXISTS (SELECT 1 FROM doubtful_readings d
      WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open') THEN 'doubtful'
    ELSE 'trusted'
  END AS trust
FROM equipment_running_times r
WHERE r.equipment_id = %(id)s AND r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
ORDER BY r.date
