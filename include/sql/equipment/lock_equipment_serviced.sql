-- Purpose: machines that are about to be marked as serviced. Parameters: ids. Caller: cmms.equipment.change_equipment.
SELECT e.id, e.equipment_number, e.serviced_at_hours
FROM equipment e WHERE e.id IN %(ids)s ORDER BY e.id FOR UPDATE
