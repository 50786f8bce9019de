-- Purpose: the plan concerns these machines no longer, and never was due at them. Parameters: ids.
-- Caller: cmms.maintenance.evaluate_maintenance.
DELETE FROM equipment_maintenance WHERE id IN %(ids)s
