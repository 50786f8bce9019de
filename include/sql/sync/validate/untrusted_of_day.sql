-- Purpose: machines whose reading of a day is void, or doubtful and not decided.
-- Parameters: day. Caller: cmms.sync.validate.load_reference.
SELECT equipment_id FROM doubtful_readings WHERE date = %(day)s AND state = 'open'
UNION
SELECT equipment_id FROM reading_voids WHERE date = %(day)s AND void_flag = 1
