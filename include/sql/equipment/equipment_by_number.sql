-- Purpose: is this number taken? Parameters: equipment_number. Caller: cmms.equipment.change_equipment, cmms.equipment.read_equipment.
SELECT id FROM equipment WHERE equipment_number = %(equipment_number)s
