-- Purpose: how many rows of each outcome.
-- Caller: cmms.sync.merge_running_time, cmms.sync.merge_equipment.
SELECT outcome, COUNT(*) AS records FROM merge_changes GROUP BY outcome
