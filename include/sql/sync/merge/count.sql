-- Purpose: how many rows are staged.
-- Caller: cmms.sync.merge.merge_stage. {stage} is the checked table name.
SELECT COUNT(*) AS staged FROM {stage}
