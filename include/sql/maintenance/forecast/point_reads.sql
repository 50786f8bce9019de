-- Purpose: six readings of each machine: the newest, those at or before 14, 28, 91 and 364 days ago, the first.
--   Each is one look into the index of machine and day. Counters in thousandths of an hour; days before today.
-- Parameters: ids, today. Caller: cmms.maintenance.forecast.read_histories.
WITH days AS (
  SELECT e.id,
    (SELECT MAX(r.date) FROM equipment_running_times r WHERE r.equipment_id = e.id AND r.date <= %(today)s) AS day_0,
    (SELECT MAX(r.date) FROM equipment_running_times r
     WHERE r.equipment_id = e.id AND r.date <= %(today)s - INTERVAL 14 DAY) AS day_14,
    (SELECT MAX(r.date) FROM equipment_running_times r
     WHERE r.equipment_id = e.id AND r.date <= %(today)s - INTERVAL 28 DAY) AS day_28,
    (SELECT MAX(r.date) FROM equipment_running_times r
     WHERE r.equipment_id = e.id AND r.date <= %(today)s - INTERVAL 91 DAY) AS day_91,
    (SELECT MAX(r.date) FROM equipment_running_times r
     WHERE r.equipment_id = e.id AND r.date <= %(today)s - INTERVAL 364 DAY) AS day_364,
    (SELECT MIN(r.date) FROM equipment_running_times r WHERE r.equipment_id = e.id AND r.date <= %(today)s) AS day_first
  FROM equipment e
  WHERE e.id IN %(ids)s
)
SELECT d.id,
  DATEDIFF(%(today)s, d.day_0), DATEDIFF(%(today)s, d.day_14), DATEDIFF(%(today)s, d.day_28),
  DATEDIFF(%(today)s, d.day_91), DATEDIFF(%(today)s, d.day_364), DATEDIFF(%(today)s, d.day_first),
  CAST(r_0.cumulative_hours * 1000 AS SIGNED), CAST(r_14.cumulative_hours * 1000 AS SIGNED),
  CAST(r_28.cumulative_hours * 1000 AS SIGNED), CAST(r_91.cumulative_hours * 1000 AS SIGNED),
  CAST(r_364.cumulative_hours * 1000 AS SIGNED), CAST(r_first.cumulative_hours * 1000 AS SIGNED)
FROM days d
LEFT JOIN equipment_running_times r_0 ON r_0.equipment_id = d.id AND r_0.date = d.day_0
LEFT JOIN equipment_running_times r_14 ON r_14.equipment_id = d.id AND r_14.date = d.day_14
LEFT JOIN equipment_running_times r_28 ON r_28.equipment_id = d.id AND r_28.date = d.day_28
LEFT JOIN equipment_running_times r_91 ON r_91.equipment_id = d.id AND r_91.date = d.day_91
LEFT JOIN equipment_running_times r_364 ON r_364.equipment_id = d.id AND r_364.date = d.day_364
LEFT JOIN equipment_running_times r_first ON r_first.equipment_id = d.id AND r_first.date = d.day_first
ORDER BY d.id
