-- Purpose: readings before a day that are void, or doubtful and not decided: no later one is compared with them.
-- Parameters: day. Caller: cmms.sync.validate.load_reference.
SELECT equipment_id, date AS previous_date FROM doubtful_readings WHERE date < %(day)s AND state = 'open'
UNION
SELECT equipment_id, date FROM reading_voids WHERE date < %(day)s AND void_flag = 1
