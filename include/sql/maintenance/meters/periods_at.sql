-- Purpose: periods of a machine that share a day with a new one, locked. Parameters: equipment_id, from_date, to_date (or NULL).
-- Caller: cmms.maintenance.meters.change_availability.
SELECT id, from_date, to_date FROM equipment_availability
WHERE equipment_id = %(equipment_id)s AND (to_date IS NULL OR to_date >= %(from_date)s)
  AND from_date <= COALESCE(%(to_date)s, '9999-12-31')
ORDER BY from_date FOR UPDATE
