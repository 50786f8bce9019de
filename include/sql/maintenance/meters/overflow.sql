-- Purpose: where the counter of a machine rolls over, if anybody has stated it. Parameters: equipment_id.
-- Caller: cmms.quarantine.suggest_counter.
SELECT overflow_value FROM measuring_points WHERE equipment_id = %(equipment_id)s AND primary_flag = 1
