-- Purpose: state of the server: connections, cluster.
-- Parameters: names
-- Caller: cmms.operations.diagnosis.check_database.
SHOW GLOBAL STATUS WHERE Variable_name IN %(names)s
