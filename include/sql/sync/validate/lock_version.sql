-- Purpose: merges run one after the other, and each sees whether its validation results are stale.
-- Caller: cmms.sync.merge.merge_stage.
SELECT version FROM sync_reference_version WHERE id = 1 FOR UPDATE
