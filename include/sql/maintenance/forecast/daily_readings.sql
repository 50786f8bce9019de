-- Purpose: counters of machines over some days, in thousandths of an hour; days after the first of them.
-- Parameters: ids, first_day, today. Caller: cmms.maintenance.forecast.read_histories.
SELECT equipment_id, DATEDIFF(date, %(first_day)s), CAST(cumulative_hours * 1000 AS SIGNED)
FROM equipment_running_times FORCE INDEX (uk_running_times_equipment_date)
WHERE equipment_id IN %(ids)s AND date BETWEEN %(first_day)s AND %(today)s
