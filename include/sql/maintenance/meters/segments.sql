-- Purpose: the segments of the primary measuring points of machines, oldest first.
-- Parameters: ids (of machines). Callers: cmms.maintenance.meters.read_life.
SELECT p.equipment_id, s.from_date, s.kind, s.old_final, s.new_initial, s.offset_hours
FROM measuring_points p
JOIN meter_segments s ON s.point_id = p.id
WHERE p.equipment_id IN %(ids)s AND p.primary_flag = 1
ORDER BY p.equipment_id, s.from_date
