-- Purpose: machines whose counter was changed. Caller: cmms.maintenance.meters.verify_meters.
SELECT DISTINCT p.equipment_id
FROM measuring_points p
JOIN meter_segments s ON s.point_id = p.id
WHERE p.primary_flag = 1
ORDER BY p.equipment_id
