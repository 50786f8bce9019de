-- Purpose: the staging table has done its duty.
-- Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name.
DROP TABLE IF EXISTS {stage}
