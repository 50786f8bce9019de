-- Purpose: whether a plan asks anything of anybody. Parameters: id. Caller: cmms.maintenance.schedule_maintenance.
SELECT is_active FROM maintenance_plans WHERE id = %(id)s
