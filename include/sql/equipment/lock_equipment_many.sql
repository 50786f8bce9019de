-- Purpose: machines that are about to be changed. Parameters: ids. Caller: cmms.equipment.change_equipment.
SELECT id, row_version, is_active, inactive_reason, equipment_group_id, group_source, notes, serviced_at_hours
FROM equipment WHERE id IN %(ids)s ORDER BY id FOR UPDATE
