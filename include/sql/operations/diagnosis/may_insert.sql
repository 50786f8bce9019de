-- Purpose: whether the account has the privilege INSERT: the table does not exist, so nothing happens either way.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
INSERT INTO cmms_diagnosis_no_such_table (id) VALUES (1)
