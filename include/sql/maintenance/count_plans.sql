-- Purpose: how many plans are in force. Caller: cmms.maintenance.evaluate_maintenance.
SELECT COUNT(*) AS plans FROM maintenance_plans WHERE is_active = 1
