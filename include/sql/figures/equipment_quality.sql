-- Purpose: how complete and how good the readings of a machine are. Parameters: id, days. Caller: the widgets of include/cmms_ui.
SELECT COUNT(*) AS readings, SUM(quality = 'warning') AS warnings, MIN(date) AS first_date, MAX(date) AS last_date,
  SUM(running_hours) AS hours
FROM equipment_running_times
WHERE equipment_id = %(id)s
  AND date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
