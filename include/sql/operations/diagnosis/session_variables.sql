-- Purpose: values of our own session, which decide.
-- Parameters: names
-- Caller: cmms.operations.diagnosis.check_database.
SHOW SESSION VARIABLES WHERE Variable_name IN %(names)s
