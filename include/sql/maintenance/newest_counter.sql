-- Purpose: the newest reading of a machine. Parameters: equipment_id. Caller: cmms.maintenance.orders.newest_counter.
SELECT cumulative_hours, date FROM equipment_running_times WHERE equipment_id = %(equipment_id)s ORDER BY date DESC LIMIT 1
