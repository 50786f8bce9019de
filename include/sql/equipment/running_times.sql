-- Purpose: the newest readings of a machine. Parameters: id, days. Caller: cmms.equipment.read_equipment.
SELECT date, running_hours, cumulative_hours, quality, quality_code
FROM equipment_running_times WHERE equipment_id = %(id)s ORDER BY date DESC LIMIT %(days)s
