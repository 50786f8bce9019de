-- Purpose: the open rejected readings of some machines. Parameters: streams (of readings), numbers, first_day, last_day.
-- Caller: cmms.figures.read_gaps.
SELECT DISTINCT equipment_number, reading_date AS date FROM sync_record_errors
WHERE equipment_number IN %(numbers)s AND open_flag = 1 AND stream IN %(streams)s
  AND reading_date BETWEEN %(first_day)s AND %(last_day)s
