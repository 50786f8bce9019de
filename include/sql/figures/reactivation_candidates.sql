-- Purpose: inactive machines that have run all the same. Parameters: days. Caller: cmms.figures.machines.
SELECT e.id, e.equipment_number, e.inactive_reason, SUM(r.running_hours) AS hours, MAX(r.date) AS last_date
FROM equipment e JOIN equipment_running_times r ON r.equipment_id = e.id
WHERE e.is_active = 0 AND r.running_hours > 0
  AND r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  AND NOT EXISTS (SELECT 1 FROM reading_voids v WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
  AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
    WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
GROUP BY e.id, e.equipment_number, e.inactive_reason
ORDER BY hours DESC, e.equipment_number LIMIT 200
