-- Purpose: a machine by its number. Parameters: equipment_number. Caller: cmms.maintenance.meters.change_installations.
SELECT id FROM equipment WHERE equipment_number = %(equipment_number)s
