-- Purpose: readings of a day as the source would deliver them; hours are whole thousandths.
-- Parameters: day, all_ids, ids. Caller: cmms.operations.validate_stored.
SELECT e.id AS own_id, p.plant_code, e.equipment_number, r.company_code, r.equipment_description, r.object_number, r.point,
  r.api_created_at, r.description, r.date, r.date_time, CAST(r.running_hours * 1000 AS SIGNED) AS running_hours,
  CAST(r.cumulative_hours * 1000 AS SIGNED) AS cumulative_hours
FROM equipment_running_times r
JOIN equipment e ON e.id = r.equipment_id
JOIN plants p ON p.id = r.plant_id
WHERE r.date = %(day)s AND (%(all_ids)s OR e.id IN %(ids)s)
