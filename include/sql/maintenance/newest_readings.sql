-- Purpose: the newest reading of each machine, and the hours of the 30 days that end with it.
-- Parameters: ids, days. Caller: cmms.maintenance.evaluate_maintenance.
SELECT n.equipment_id, n.newest, MIN(r.date) AS first_day, SUM(r.running_hours) AS total_hours,
  MAX(CASE WHEN r.date = n.newest THEN r.cumulative_hours END) AS counter
FROM (SELECT t.equipment_id, MAX(t.date) AS newest FROM equipment_running_times t
      WHERE t.equipment_id IN %(ids)s GROUP BY t.equipment_id) n
JOIN equipment_running_times r ON r.equipment_id = n.equipment_id
  AND r.date > n.newest - INTERVAL %(days)s DAY AND r.date <= n.newest
GROUP BY n.equipment_id, n.newest
