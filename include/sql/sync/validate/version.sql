-- Purpose: the version of the reference data that validation depends on.
-- Caller: cmms.sync.validate.load_reference, cmms.sync.merge.merge_stage.
SELECT version FROM sync_reference_version WHERE id = 1
