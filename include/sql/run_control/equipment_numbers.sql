-- Purpose: the numbers of chosen machines. Parameters: ids. Caller: cmms.run_control.start_syncs, cmms.equipment.read_equipment.
SELECT equipment_number FROM equipment WHERE id IN %(ids)s ORDER BY equipment_number
