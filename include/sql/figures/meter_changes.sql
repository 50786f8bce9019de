-- Purpose: the meter changes of a machine, newest first. Parameters: id. Caller: cmms.figures.meters.
SELECT s.id, s.from_date, s.kind, s.old_final, s.new_initial, s.offset_hours, s.reason
FROM measuring_points p
JOIN meter_segments s ON s.point_id = p.id
WHERE p.equipment_id = %(id)s AND p.primary_flag = 1
ORDER BY s.from_date DESC
LIMIT 20
