-- Purpose: what active machines have run, by plant where they stand and day. Parameters: days.
-- Caller: cmms.figures.running_hours.
-- Begins with the index of days, for per machine its whole history would be read. DISTINCT makes a small table of the
--   machines, which is looked up for each reading in half the time of the large one.
SELECT p.plant_code, u.date AS day, u.machines, u.hours
FROM (
  SELECT e.plant_id, r.date, COUNT(*) AS machines, SUM(r.running_hours) AS hours
  FROM equipment_running_times r FORCE INDEX (ix_running_times_date)
  STRAIGHT_JOIN (SELECT DISTINCT id, plant_id FROM equipment WHERE is_active = 1) e ON e.id = r.equipment_id
  WHERE r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  GROUP BY e.plant_id, r.date
) u
JOIN plants p ON p.id = u.plant_id
ORDER BY p.plant_code, u.date
