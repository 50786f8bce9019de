-- Purpose: the day of the newest reading of each machine. Parameters: ids. Caller: cmms.maintenance.meters.read_life.
SELECT equipment_id, MAX(date) AS newest FROM equipment_running_times WHERE equipment_id IN %(ids)s GROUP BY equipment_id
