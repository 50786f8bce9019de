-- Purpose: machines with readings that count for nothing: void, or doubtful and undecided.
-- Parameters: ids (of machines). Caller: cmms.maintenance.meters.read_life.
SELECT equipment_id FROM reading_voids WHERE equipment_id IN %(ids)s AND void_flag = 1
UNION
SELECT equipment_id FROM doubtful_readings WHERE equipment_id IN %(ids)s AND state = 'open'
