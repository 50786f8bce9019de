-- Purpose: evaluations of all machines at once take turns, also where there is no schedule yet.
-- Caller: cmms.maintenance.evaluate_maintenance.
SELECT id FROM maintenance_plans ORDER BY id FOR UPDATE
