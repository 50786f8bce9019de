-- Purpose: what active machines have run, by plant where they stand and day. Parameters: days.
-- Caller: the widgets of plugins/cmms_ui.
SELECT p.plant_code, u.date, u.machines, u.hours
FROM (
  SELECT e.plant_id, r.date, COUNT(*) AS machines, SUM(r.running_hours) AS hours
  FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id
  WHERE e.is_active = 1 AND r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  GROUP BY e.plant_id, r.date
) u
JOIN plants p ON p.id = u.plant_id
ORDER BY p.plant_code, u.date
