-- Purpose: what active machines have run, by day. Parameters: days. Caller: cmms.figures.running_hours.
-- All readings from the index of days, less those of the machines that are not active and those that do not count (void,
--   or doubtful and not decided), which are few: no machine is looked up for each of its readings.
SELECT a.date AS day, a.machines - COALESCE(i.machines, 0) AS machines, a.running - COALESCE(i.running, 0) AS running,
  a.hours - COALESCE(i.hours, 0) AS hours
FROM (
  SELECT date, COUNT(*) AS machines, SUM(running_hours > 0) AS running, SUM(running_hours) AS hours
  FROM equipment_running_times
  WHERE date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  GROUP BY date
) a
LEFT JOIN (
  SELECT r.date, COUNT(*) AS machines, SUM(r.running_hours > 0) AS running, SUM(r.running_hours) AS hours
  FROM (
    SELECT i.equipment_id, i.date
    FROM equipment e JOIN equipment_running_times i ON i.equipment_id = e.id
    WHERE e.is_active = 0 AND i.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
    UNION
    SELECT equipment_id, date FROM reading_voids WHERE void_flag = 1
    UNION
    SELECT equipment_id, date FROM doubtful_readings WHERE state = 'open'
  ) n
  JOIN equipment_running_times r ON r.equipment_id = n.equipment_id AND r.date = n.date
  GROUP BY r.date
) i ON i.date = a.date
WHERE a.machines > COALESCE(i.machines, 0)
ORDER BY a.date
