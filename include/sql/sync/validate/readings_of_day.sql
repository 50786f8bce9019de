-- Purpose: counter readings of one day, in whole thousandths of an hour (index only).
-- Parameters: day. Caller: cmms.sync.validate.load_reference.
SELECT equipment_id, CAST(cumulative_hours * 1000 AS SIGNED) AS previous_hours
FROM equipment_running_times
WHERE date = %(day)s
