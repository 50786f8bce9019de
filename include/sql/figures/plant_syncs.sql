-- Purpose: what can be synced by plant: active plants with their machines and the newest day of readings.
-- Parameters: row_limit. Caller: cmms.figures.machines.
SELECT p.plant_code, p.name,
  (SELECT COUNT(*) FROM equipment e WHERE e.plant_id = p.id AND e.is_active = 1) AS machines,
  (SELECT MAX(r.date) FROM equipment_running_times r WHERE r.plant_id = p.id) AS newest_date
FROM plants p WHERE p.is_active = 1
ORDER BY p.plant_code LIMIT %(row_limit)s
