-- Purpose: how many rows of each outcome.
-- Caller: cmms.sync.merge.merge_running_time, cmms.sync.merge.merge_equipment.
SELECT outcome, COUNT(*) AS records FROM merge_changes GROUP BY outcome
