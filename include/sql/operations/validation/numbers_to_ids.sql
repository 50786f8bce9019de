-- Purpose: machines by their numbers. Parameters: numbers. Caller: cmms.cli.
SELECT id, equipment_number FROM equipment WHERE equipment_number IN %(numbers)s
