-- Purpose: how our session is encrypted; empty when it is not.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_database.
SHOW SESSION STATUS LIKE 'Ssl_cipher'
