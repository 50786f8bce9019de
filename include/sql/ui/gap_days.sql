-- Purpose: how many active machines have a reading, by plant and day. Parameters: days. Caller: the widgets of plugins/cmms_ui.
SELECT p.plant_code, r.date, COUNT(*) AS readings
FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id JOIN plants p ON p.id = e.plant_id
WHERE r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY AND e.is_active = 1
GROUP BY p.plant_code, r.date ORDER BY p.plant_code, r.date
