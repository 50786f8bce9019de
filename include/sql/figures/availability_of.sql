-- Purpose: when a machine was in standby, laid up or scrapped, newest first. Parameters: id. Caller: cmms.figures.meters.
SELECT id, kind, from_date, to_date, reason
FROM equipment_availability
WHERE equipment_id = %(id)s
ORDER BY from_date DESC
LIMIT 20
