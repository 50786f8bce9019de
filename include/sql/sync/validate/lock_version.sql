-- Purpose: merges follow one another, and each sees whether its verdicts are stale.
-- Caller: cmms.sync.merge.merge_stage.
SELECT version FROM sync_reference_version WHERE id = 1 FOR UPDATE
