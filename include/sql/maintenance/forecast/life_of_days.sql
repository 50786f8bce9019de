-- Purpose: life hours of the trusted readings of some machines, in thousandths of an hour; days before today.
-- Parameters: ids, first_day, today. Caller: cmms.maintenance.forecast.read_histories.
SELECT equipment_id, DATEDIFF(%(today)s, date), CAST(life_hours * 1000 AS SIGNED)
FROM life_readings
WHERE equipment_id IN %(ids)s AND date BETWEEN %(first_day)s AND %(today)s
