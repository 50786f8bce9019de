-- Purpose: machines by their numbers. Parameters: numbers. Caller: cmms.figures.machines.
SELECT id, equipment_number FROM equipment WHERE equipment_number IN %(numbers)s
