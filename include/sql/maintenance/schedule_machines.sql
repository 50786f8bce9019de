-- Purpose: a person schedules machines by a plan; a schedule that the plan had suspended is taken up again and counts
--   from now. Parameters: ids (of machines), plan_id, first_due_date. Caller: cmms.maintenance.schedule_maintenance.
INSERT INTO equipment_maintenance (equipment_id, plan_id, assigned_by, first_due_date)
SELECT e.id, %(plan_id)s, 'person', %(first_due_date)s FROM equipment e WHERE e.id IN %(ids)s ORDER BY e.id
ON DUPLICATE KEY UPDATE assigned_by = 'person', first_due_date = %(first_due_date)s, baseline_hours = NULL,
  baseline_date = NULL, row_version = equipment_maintenance.row_version + 1, updated_at = UTC_TIMESTAMP(3)
