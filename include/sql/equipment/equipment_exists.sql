-- Purpose: is there such a machine? Parameters: id. Caller: cmms.equipment.read_equipment.
SELECT id FROM equipment WHERE id = %(id)s
