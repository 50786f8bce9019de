-- Purpose: the oldest day with readings: days before it were never synced here. NULL when there is none.
-- Caller: cmms.operations.reconcile_week.
SELECT MIN(date) AS day FROM equipment_running_times
