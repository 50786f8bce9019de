-- Purpose: these are not due any more, without having been done. One with a work order stays: that is for people to close.
-- Parameters: ids, reason. Caller: cmms.maintenance.evaluate_maintenance.
UPDATE maintenance_dues
SET state = 'withdrawn', reason = %(reason)s, decided_by = 'maintenance_evaluation', decided_at = UTC_TIMESTAMP(3),
  row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id IN %(ids)s AND state = 'open'
