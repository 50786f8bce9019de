-- Purpose: an earlier attempt in this session may have left rows.
-- Caller: cmms.sync.merge_running_time.
DELETE FROM merge_changes
