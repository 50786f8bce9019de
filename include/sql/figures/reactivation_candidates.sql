-- Purpose: inactive machines that have run all the same. Parameters: days. Caller: cmms.figures.machines.
SELECT e.id, e.equipment_number, e.inactive_reason, SUM(r.running_hours) AS hours, MAX(r.date) AS last_date
FROM equipment e JOIN equipment_running_times r ON r.equipment_id = e.id
WHERE e.is_active = 0 AND r.running_hours > 0
  AND r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
GROUP BY e.id, e.equipment_number, e.inactive_reason
ORDER BY hours DESC, e.equipment_number LIMIT 200
