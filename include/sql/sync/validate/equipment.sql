-- Purpose: every machine's id and own measuring point.
-- Caller: cmms.sync.validate.load_reference.
SELECT equipment_number, id AS equipment_id, point AS own_point FROM equipment
