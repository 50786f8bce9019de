-- Purpose: a person has a plan ask something of a machine; one that the plan asked once and does not any more is taken up
--   again, counting from now. Parameters: equipment_id, plan_id, first_due_date. Caller: cmms.maintenance.schedule_maintenance.
INSERT INTO equipment_maintenance (equipment_id, plan_id, assigned_by, first_due_date)
VALUES (%(equipment_id)s, %(plan_id)s, 'person', %(first_due_date)s)
ON DUPLICATE KEY UPDATE assigned_by = 'person', first_due_date = %(first_due_date)s, baseline_hours = NULL,
  baseline_date = NULL, row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
