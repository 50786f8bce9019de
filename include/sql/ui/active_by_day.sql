-- Purpose: what active machines have run, by day. Parameters: days. Caller: the widgets of plugins/cmms_ui.
SELECT r.date, COUNT(*) AS machines, SUM(r.running_hours > 0) AS running, SUM(r.running_hours) AS hours
FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id
WHERE e.is_active = 1 AND r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
GROUP BY r.date ORDER BY r.date
