-- Purpose: the newest day with readings before a day; NULL when there is none.
-- Parameters: day. Caller: cmms.sync.validate.load_reference.
SELECT MAX(date) AS day FROM equipment_running_times WHERE date < %(day)s
