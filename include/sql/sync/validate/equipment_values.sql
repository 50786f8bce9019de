-- Stream: equipment.
-- Purpose: which optional columns of the master data hold anything: a renamed source field would erase them.
-- Caller: cmms.sync.validate.check_contract.
SELECT {remembered} FROM equipment
