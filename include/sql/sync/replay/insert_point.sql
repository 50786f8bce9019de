-- Purpose: the primary measuring point of a machine, with the defaults; one that is there stays as it is.
-- Parameters: equipment_id. Caller: cmms.sync.accept_counters.
INSERT INTO measuring_points (equipment_id) VALUES (%(equipment_id)s)
ON DUPLICATE KEY UPDATE id = measuring_points.id
