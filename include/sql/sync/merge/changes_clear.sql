-- Purpose: an earlier attempt, or a merge of the other stream, may have left the table in this session. No implicit commit.
-- Caller: cmms.sync.merge.merge_stage.
DROP TEMPORARY TABLE IF EXISTS merge_changes
