-- Purpose: a maintenance plan, locked against change. Parameters: id. Caller: cmms.maintenance.change_plans.
SELECT id, name, description, scope, equipment_group_id, plant_id, interval_hours, interval_days, schedule_mode, start_from,
  lead_hours, lead_days, tolerance_hours, tolerance_days, priority, is_active, row_version
FROM maintenance_plans WHERE id = %(id)s FOR UPDATE
