-- Purpose: what the server is, and as whom it knows us.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_database.
SELECT VERSION() AS version, CURRENT_USER() AS account
