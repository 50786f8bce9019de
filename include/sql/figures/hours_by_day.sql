-- Purpose: running hours of all machines by day. Parameters: days. Caller: cmms.figures.running_hours.
-- All readings from the index of days, less those that do not count (void, or doubtful and not decided), which are few.
SELECT a.date AS day, a.machines - COALESCE(u.machines, 0) AS machines, a.hours - COALESCE(u.hours, 0) AS hours,
  a.running - COALESCE(u.running, 0) AS running
FROM (
  SELECT date, COUNT(*) AS machines, SUM(running_hours) AS hours, SUM(running_hours > 0) AS running
  FROM equipment_running_times
  WHERE date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  GROUP BY date
) a
LEFT JOIN (
  SELECT r.date, COUNT(*) AS machines, SUM(r.running_hours) AS hours, SUM(r.running_hours > 0) AS running
  FROM (
    SELECT equipment_id, date FROM reading_voids WHERE void_flag = 1
    UNION
    SELECT equipment_id, date FROM doubtful_readings WHERE state = 'open'
  ) n
  JOIN equipment_running_times r ON r.equipment_id = n.equipment_id AND r.date = n.date
  GROUP BY r.date
) u ON u.date = a.date
WHERE a.machines > COALESCE(u.machines, 0)
ORDER BY a.date
