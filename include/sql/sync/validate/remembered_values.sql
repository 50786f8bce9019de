-- Stream: any.
-- Purpose: which optional columns of the stream hold anything: a renamed source field would erase them.
-- Caller: cmms.sync.validate.check_contract.
SELECT {remembered} FROM {table}
