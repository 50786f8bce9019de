-- Purpose: a batch has been dealt with; in the transaction of its changes.
-- Parameters: id, done, changed, unchanged, left_alone (of the batch), details (of all). Caller: cmms.operations.requested_changes.
UPDATE requested_changes
SET status = IF(done + %(done)s >= total, 'success', 'running'), done = done + %(done)s, changed = changed + %(changed)s,
  unchanged = unchanged + %(unchanged)s, left_alone = left_alone + %(left_alone)s, details = %(details)s,
  error_message = NULL, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
