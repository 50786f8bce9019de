-- Purpose: KPI-05, by active plant: the newest reading of its active machines, and how many of them break the SLA
--   (newest reading older than oldest_at, or none at all).
--   A reading is as old as its DATE_TIME; without one, as the end of its day.
-- Parameters: oldest_at. Caller: cmms.figures.kpis.
SELECT p.id AS plant_id, p.plant_code, COUNT(e.id) AS machines, MAX(m.newest_at) AS newest_at,
  CAST(COALESCE(SUM(e.id IS NOT NULL AND (m.newest_at IS NULL OR m.newest_at < %(oldest_at)s)), 0) AS UNSIGNED) AS breaches
FROM plants p
LEFT JOIN equipment e ON e.plant_id = p.id AND e.is_active = 1
LEFT JOIN (
  SELECT r.equipment_id, COALESCE(r.date_time, r.date + INTERVAL 1 DAY) AS newest_at
  FROM (SELECT equipment_id, MAX(date) AS date FROM equipment_running_times GROUP BY equipment_id) newest
  JOIN equipment_running_times r ON r.equipment_id = newest.equipment_id AND r.date = newest.date
) m ON m.equipment_id = e.id
WHERE p.is_active = 1
GROUP BY p.id, p.plant_code
ORDER BY p.plant_code
