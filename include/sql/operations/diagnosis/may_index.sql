-- Purpose: whether the account has the privilege INDEX: the table does not exist, so nothing happens either way.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
CREATE INDEX more ON cmms_diagnosis_no_such_table (id)
