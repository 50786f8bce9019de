-- Purpose: a plan concerns a machine from now on; one that another process has just added stays as it is.
-- Parameters: equipment_id, plan_id. Caller: cmms.maintenance.evaluate_maintenance.
INSERT INTO equipment_maintenance (equipment_id, plan_id)
VALUES (%(equipment_id)s, %(plan_id)s)
ON DUPLICATE KEY UPDATE id = id
