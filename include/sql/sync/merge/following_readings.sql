-- Purpose: the next stored reading after each one that this run has just written, with both counters (thousandths).
-- Parameters: day, sync_log_id. Caller: cmms.sync.merge.flag_following_days.
SELECT n.id, n.equipment_id, n.date, n.quality_code,
  CAST(n.running_hours * 1000 AS SIGNED) AS running_hours,
  CAST((n.cumulative_hours - t.cumulative_hours) * 1000 AS SIGNED) AS growth,
  EXISTS (
    SELECT 1 FROM measuring_points p
    JOIN meter_segments s ON s.point_id = p.id AND s.from_date = n.date
    WHERE p.equipment_id = n.equipment_id AND p.primary_flag = 1) AS is_accepted
FROM equipment_running_times t
JOIN equipment_running_times n
  ON n.equipment_id = t.equipment_id
  AND n.date = (SELECT MIN(x.date) FROM equipment_running_times x WHERE x.equipment_id = t.equipment_id AND x.date > %(day)s)
WHERE t.date = %(day)s AND t.sync_log_id = %(sync_log_id)s
