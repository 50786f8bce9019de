-- Purpose: machines with a doubtful, decided or void reading, or with a limit of their own of growth in a day; or all.
-- Parameters: all_machines. Caller: cmms.operations.verify.verify_doubts.
SELECT equipment_id FROM doubtful_readings
UNION
SELECT equipment_id FROM reading_voids WHERE void_flag = 1
UNION
SELECT equipment_id FROM measuring_points WHERE primary_flag = 1 AND max_hours_a_day <> 24
UNION
SELECT id FROM equipment WHERE %(all_machines)s
