-- Purpose: whether a plan asks anything of anybody. Parameters: id. Caller: cmms.views.schedule_maintenance.
SELECT is_active FROM maintenance_plans WHERE id = %(id)s
