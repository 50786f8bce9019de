-- Purpose: it has become due; where a due is open already, the unique key says so and nothing is added.
-- Parameters: equipment_maintenance_id, occurrence_no, cause, due_hours, due_date, detected_on, detected_hours.
-- Caller: cmms.maintenance.evaluate_maintenance.
INSERT INTO maintenance_dues
  (equipment_maintenance_id, occurrence_no, cause, due_hours, due_date, detected_on, detected_hours)
VALUES (%(equipment_maintenance_id)s, %(occurrence_no)s, %(cause)s, %(due_hours)s, %(due_date)s, %(detected_on)s,
  %(detected_hours)s)
ON DUPLICATE KEY UPDATE id = id
