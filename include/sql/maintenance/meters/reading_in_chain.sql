-- Purpose: a stored reading with the growth of the counter since the reading before it (thousandths), as the merge compares
--   following readings. Parameters: equipment_id, day. Caller: cmms.maintenance.meters.mark_reading.
SELECT n.id, n.date, b.date AS previous_date, n.quality_code,
  CAST(n.running_hours * 1000 AS SIGNED) AS running_hours,
  CAST((n.cumulative_hours - b.cumulative_hours) * 1000 AS SIGNED) AS growth,
  EXISTS (
    SELECT 1 FROM measuring_points p
    JOIN meter_segments s ON s.point_id = p.id AND s.from_date = n.date
    WHERE p.equipment_id = n.equipment_id AND p.primary_flag = 1) AS is_accepted
FROM equipment_running_times n
JOIN equipment_running_times b
  ON b.equipment_id = n.equipment_id
  AND b.date = (SELECT MAX(x.date) FROM equipment_running_times x WHERE x.equipment_id = n.equipment_id AND x.date < n.date)
WHERE n.equipment_id = %(equipment_id)s AND n.date = %(day)s
