-- Purpose: the readings of a day before the first synced one, made from those: each machine ran as long as on that day.
-- Parameters: day, first_day, ago (days between them). Caller: benchmarks.large_data.
INSERT INTO equipment_running_times (equipment_id, plant_id, point, date, date_time, description, running_hours,
  cumulative_hours, company_code, equipment_description, object_number, api_created_at)
SELECT equipment_id, plant_id, point, %(day)s, date_time - INTERVAL %(ago)s DAY, description, running_hours,
  cumulative_hours - %(ago)s * running_hours, company_code, equipment_description, object_number,
  api_created_at - INTERVAL %(ago)s DAY
FROM equipment_running_times
WHERE date = %(first_day)s AND cumulative_hours >= (%(ago)s + 1) * running_hours
ORDER BY equipment_id
