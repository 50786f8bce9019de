-- Purpose: is this number taken? Parameters: equipment_number. Caller: cmms.views.change_equipment, cmms.views.read_equipment.
SELECT id FROM equipment WHERE equipment_number = %(equipment_number)s
