-- Purpose: how many active machines have a reading, by plant of the reading and day. Parameters: days.
-- Caller: the widgets of include/cmms_ui. Each plant and day is counted in their index; then the few inactive machines
-- are taken off.
SELECT p.plant_code, a.date, a.readings - COALESCE(i.readings, 0) AS readings
FROM (
  SELECT q.id AS plant_id, d.date, COUNT(*) AS readings
  FROM plants q
  JOIN (
    SELECT DISTINCT date FROM equipment_running_times
    WHERE date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  ) d
  JOIN equipment_running_times r FORCE INDEX (ix_running_times_plant_date) ON r.plant_id = q.id AND r.date = d.date
  GROUP BY q.id, d.date
) a
JOIN plants p ON p.id = a.plant_id
LEFT JOIN (
  SELECT r.plant_id, r.date, COUNT(*) AS readings
  FROM equipment e JOIN equipment_running_times r ON r.equipment_id = e.id
  WHERE e.is_active = 0 AND r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  GROUP BY r.plant_id, r.date
) i ON i.plant_id = a.plant_id AND i.date = a.date
WHERE a.readings > COALESCE(i.readings, 0)
ORDER BY p.plant_code, a.date
