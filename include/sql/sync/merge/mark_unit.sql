-- Purpose: the run marker: written in the merge's own transaction, it says that this unit is done, and with what.
-- Caller: cmms.sync.merge.merge_stage.
UPDATE sync_units
SET fetched = %(fetched)s, inserted = %(inserted)s, updated = %(updated)s, unchanged = %(unchanged)s,
    superseded = %(superseded)s, rejected = %(rejected)s, warnings = %(warnings)s,
    step = 'merged', merges = merges + 1, done = %(fetched)s, total = %(fetched)s, fence = %(fence)s,
    reference_version = %(reference_version)s, updated_at = UTC_TIMESTAMP(3), merged_at = UTC_TIMESTAMP(3)
WHERE sync_log_id = %(sync_log_id)s AND unit_key = %(unit_key)s
