-- Purpose: update a maintenance plan manually. Caller: cmms.maintenance.change_plans.
UPDATE maintenance_plans SET name = %(name)s, description = %(description)s, scope = %(scope)s,
  equipment_group_id = %(equipment_group_id)s, plant_id = %(plant_id)s, interval_hours = %(interval_hours)s,
  interval_days = %(interval_days)s, schedule_mode = %(schedule_mode)s, start_from = %(start_from)s,
  lead_hours = %(lead_hours)s, lead_days = %(lead_days)s, tolerance_hours = %(tolerance_hours)s,
  tolerance_days = %(tolerance_days)s, priority = %(priority)s, is_active = %(is_active)s,
  row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
