-- Purpose: periods that are about to be deleted. Parameters: ids. Caller: cmms.maintenance.meters.change_availability.
SELECT id, equipment_id, from_date, to_date, kind, reason FROM equipment_availability
WHERE id IN %(ids)s ORDER BY id FOR UPDATE
