-- Purpose: six readings of each machine: the newest, those at or before 14, 28, 91 and 364 days ago, the first.
--   Counters in thousandths of an hour; days before today. Grouped, so that the server looks up one day a machine in the
--   index of machine and day instead of reading all days before.
-- Parameters: ids, today. Caller: cmms.maintenance.forecast.read_histories.
WITH d_0 AS (
  SELECT equipment_id, MAX(date) AS day FROM equipment_running_times
  WHERE equipment_id IN %(ids)s AND date <= %(today)s GROUP BY equipment_id
),
d_14 AS (
  SELECT equipment_id, MAX(date) AS day FROM equipment_running_times
  WHERE equipment_id IN %(ids)s AND date <= %(today)s - INTERVAL 14 DAY GROUP BY equipment_id
),
d_28 AS (
  SELECT equipment_id, MAX(date) AS day FROM equipment_running_times
  WHERE equipment_id IN %(ids)s AND date <= %(today)s - INTERVAL 28 DAY GROUP BY equipment_id
),
d_91 AS (
  SELECT equipment_id, MAX(date) AS day FROM equipment_running_times
  WHERE equipment_id IN %(ids)s AND date <= %(today)s - INTERVAL 91 DAY GROUP BY equipment_id
),
d_364 AS (
  SELECT equipment_id, MAX(date) AS day FROM equipment_running_times
  WHERE equipment_id IN %(ids)s AND date <= %(today)s - INTERVAL 364 DAY GROUP BY equipment_id
),
d_first AS (
  SELECT equipment_id, MIN(date) AS day FROM equipment_running_times
  WHERE equipment_id IN %(ids)s AND date <= %(today)s GROUP BY equipment_id
)
SELECT e.id,
  DATEDIFF(%(today)s, d_0.day), DATEDIFF(%(today)s, d_14.day), DATEDIFF(%(today)s, d_28.day),
  DATEDIFF(%(today)s, d_91.day), DATEDIFF(%(today)s, d_364.day), DATEDIFF(%(today)s, d_first.day),
  CAST(r_0.cumulative_hours * 1000 AS SIGNED),
  CAST(r_14.cumulative_hours * 1000 AS SIGNED),
  CAST(r_28.cumulative_hours * 1000 AS SIGNED),
  CAST(r_91.cumulative_hours * 1000 AS SIGNED),
  CAST(r_364.cumulative_hours * 1000 AS SIGNED),
  CAST(r_first.cumulative_hours * 1000 AS SIGNED)
FROM equipment e
LEFT JOIN d_0 ON d_0.equipment_id = e.id
LEFT JOIN equipment_running_times r_0 ON r_0.equipment_id = e.id AND r_0.date = d_0.day
LEFT JOIN d_14 ON d_14.equipment_id = e.id
LEFT JOIN equipment_running_times r_14 ON r_14.equipment_id = e.id AND r_14.date = d_14.day
LEFT JOIN d_28 ON d_28.equipment_id = e.id
LEFT JOIN equipment_running_times r_28 ON r_28.equipment_id = e.id AND r_28.date = d_28.day
LEFT JOIN d_91 ON d_91.equipment_id = e.id
LEFT JOIN equipment_running_times r_91 ON r_91.equipment_id = e.id AND r_91.date = d_91.day
LEFT JOIN d_364 ON d_364.equipment_id = e.id
LEFT JOIN equipment_running_times r_364 ON r_364.equipment_id = e.id AND r_364.date = d_364.day
LEFT JOIN d_first ON d_first.equipment_id = e.id
LEFT JOIN equipment_running_times r_first ON r_first.equipment_id = e.id AND r_first.date = d_first.day
WHERE e.id IN %(ids)s
ORDER BY e.id
