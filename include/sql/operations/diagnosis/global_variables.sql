-- Purpose: values that new sessions begin with, and values of the server.
-- Parameters: names
-- Caller: cmms.operations.diagnosis.check_database.
SHOW GLOBAL VARIABLES WHERE Variable_name IN %(names)s
