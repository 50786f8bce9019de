-- Purpose: create a maintenance plan manually. Caller: cmms.maintenance.change_plans.
INSERT INTO maintenance_plans (name, description, scope, equipment_group_id, plant_id, interval_hours, interval_days,
  schedule_mode, start_from, lead_hours, lead_days, tolerance_hours, tolerance_days, priority, is_active)
VALUES (%(name)s, %(description)s, %(scope)s, %(equipment_group_id)s, %(plant_id)s, %(interval_hours)s, %(interval_days)s,
  %(schedule_mode)s, %(start_from)s, %(lead_hours)s, %(lead_days)s, %(tolerance_hours)s, %(tolerance_days)s, %(priority)s,
  %(is_active)s)
