-- Purpose: whether the account has the privilege CREATE VIEW: the table does not exist, so nothing happens either way.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
CREATE VIEW cmms_diagnosis_no_such_view AS SELECT id FROM cmms_diagnosis_no_such_table
