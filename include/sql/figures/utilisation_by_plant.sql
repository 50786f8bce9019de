-- Purpose: what active machines have run, by plant where they stand and day. Parameters: days.
-- Caller: cmms.figures.running_hours.
-- Begins with the index of days, for per machine its whole history would be read. DISTINCT makes a small table of the
--   machines, which is looked up for each reading in half the time of the large one. Readings that do not count (void, or
--   doubtful and not decided) are few, and subtracted.
SELECT p.plant_code, u.date AS day, u.machines - COALESCE(n.machines, 0) AS machines, u.hours - COALESCE(n.hours, 0) AS hours
FROM (
  SELECT e.plant_id, r.date, COUNT(*) AS machines, SUM(r.running_hours) AS hours
  FROM equipment_running_times r FORCE INDEX (ix_running_times_date)
  STRAIGHT_JOIN (SELECT DISTINCT id, plant_id FROM equipment WHERE is_active = 1) e ON e.id = r.equipment_id
  WHERE r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  GROUP BY e.plant_id, r.date
) u
LEFT JOIN (
  SELECT e.plant_id, r.date, COUNT(*) AS machines, SUM(r.running_hours) AS hours
  FROM (
    SELECT equipment_id, date FROM reading_voids WHERE void_flag = 1
    UNION
    SELECT equipment_id, date FROM doubtful_readings WHERE state = 'open'
  ) d
  JOIN equipment_running_times r ON r.equipment_id = d.equipment_id AND r.date = d.date
  JOIN equipment e ON e.id = d.equipment_id AND e.is_active = 1
  GROUP BY e.plant_id, r.date
) n ON n.plant_id = u.plant_id AND n.date = u.date
JOIN plants p ON p.id = u.plant_id
WHERE u.machines > COALESCE(n.machines, 0)
ORDER BY p.plant_code, u.date
