-- Purpose: how complete and how good the readings of a machine are. Parameters: id, days. Caller: cmms.figures.one_machine.
SELECT COUNT(*) AS readings, SUM(quality = 'warning') AS warnings, SUM(running_hours) AS hours
FROM equipment_running_times
WHERE equipment_id = %(id)s
  AND date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
