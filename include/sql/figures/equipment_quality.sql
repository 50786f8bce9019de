-- Purpose: how complete (without those that are void, or doubtful and not decided) and how good the readings of a machine are. Parameters: id, days. Caller: cmms.figures.one_machine.
SELECT COUNT(*) AS readings, SUM(r.quality = 'warning') AS warnings, SUM(r.running_hours) AS hours
FROM equipment_running_times r
WHERE r.equipment_id = %(id)s
  AND r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  AND NOT EXISTS (SELECT 1 FROM reading_voids v WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
  AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
    WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
