-- Purpose: the readings of some machines. Parameters: ids, first_day, last_day. Caller: cmms.figures.read_gaps.
SELECT equipment_id, date, running_hours FROM equipment_running_times
WHERE equipment_id IN %(ids)s AND date BETWEEN %(first_day)s AND %(last_day)s
