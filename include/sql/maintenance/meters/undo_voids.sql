-- Purpose: void readings count again; that they were void stays known.
-- Parameters: ids (of equipment_running_times), user. Caller: cmms.maintenance.meters.decide_readings.
UPDATE reading_voids v
JOIN equipment_running_times r ON r.equipment_id = v.equipment_id AND r.date = v.date
SET v.undone_at = UTC_TIMESTAMP(3), v.undone_by = %(user)s
WHERE r.id IN %(ids)s AND v.undone_at IS NULL
