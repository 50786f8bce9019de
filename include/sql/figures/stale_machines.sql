-- Purpose: KPI-05, active machines whose newest reading breaks the SLA, those without any reading first, then the oldest.
-- Parameters: oldest_at, row_limit. Caller: cmms.figures.kpis.
SELECT e.id AS equipment_id, e.equipment_number, p.plant_code, m.newest_at
FROM equipment e
JOIN plants p ON p.id = e.plant_id AND p.is_active = 1
LEFT JOIN (
  SELECT r.equipment_id, COALESCE(r.date_time, r.date + INTERVAL 1 DAY) AS newest_at
  FROM (SELECT equipment_id, MAX(date) AS date FROM equipment_running_times GROUP BY equipment_id) newest
  JOIN equipment_running_times r ON r.equipment_id = newest.equipment_id AND r.date = newest.date
) m ON m.equipment_id = e.id
WHERE e.is_active = 1 AND (m.newest_at IS NULL OR m.newest_at < %(oldest_at)s)
ORDER BY m.newest_at IS NOT NULL, m.newest_at, e.equipment_number
LIMIT %(row_limit)s
