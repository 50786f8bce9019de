-- Purpose: machines whose counter alone does not say their life hours: it was changed, or some reading is not trusted.
-- Parameters: none. Caller: cmms.maintenance.forecast.read_histories.
SELECT p.equipment_id FROM measuring_points p JOIN meter_segments s ON s.point_id = p.id WHERE p.primary_flag = 1
UNION
SELECT v.equipment_id FROM reading_voids v WHERE v.void_flag = 1
UNION
SELECT d.equipment_id FROM doubtful_readings d WHERE d.state = 'open'
