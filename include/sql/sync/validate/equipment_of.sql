-- Purpose: id and own measuring point of some machines, by number. Parameters: numbers.
-- Caller: cmms.sync.validate.load_record_reference.
SELECT equipment_number, id AS equipment_id, point AS own_point FROM equipment WHERE equipment_number IN %(numbers)s
