-- Purpose: the newest day with readings; NULL when there is none. Caller: cmms.operations.validate_stored.
SELECT MAX(date) AS day FROM equipment_running_times
