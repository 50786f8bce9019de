-- Purpose: all machines with their group, in the order of their ids. Parameters: none.
-- Caller: cmms.maintenance.forecast.store_forecasts.
SELECT id, COALESCE(equipment_group_id, 0) AS group_id FROM equipment ORDER BY id
