-- Purpose: readings are void from now on; they stay stored.
-- Parameters: ids (of equipment_running_times), reason, user. Caller: cmms.maintenance.meters.decide_readings.
INSERT INTO reading_voids (equipment_id, date, reason, voided_by, voided_at)
SELECT equipment_id, date, %(reason)s, %(user)s, UTC_TIMESTAMP(3)
FROM equipment_running_times
WHERE id IN %(ids)s
