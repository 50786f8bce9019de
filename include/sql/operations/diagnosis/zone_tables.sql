-- Purpose: whether the server's time zone tables are loaded; null when they are not.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_database.
SELECT CONVERT_TZ('2026-01-31 00:00:00', 'UTC', 'Europe/Berlin') AS berlin
