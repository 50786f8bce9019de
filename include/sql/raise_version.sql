-- Purpose: the reference data that validation depends on has changed.
-- Caller: cmms.sync.merge.merge_stage, cmms.sync.validate.validate_units and whoever edits plants, equipment or counter events.
UPDATE sync_reference_version SET version = version + 1 WHERE id = 1
