-- Purpose: machines with day and counter of their newest reading. Parameters: ids. Caller: cmms.equipment.change_equipment.
SELECT e.id, e.equipment_number, e.serviced_at_hours,
  (SELECT r.cumulative_hours FROM equipment_running_times r WHERE r.equipment_id = e.id ORDER BY r.date DESC LIMIT 1)
    AS cumulative_hours,
  (SELECT MAX(m.date) FROM equipment_running_times m WHERE m.equipment_id = e.id) AS reading_date
FROM equipment e WHERE e.id IN %(ids)s ORDER BY e.id FOR UPDATE
