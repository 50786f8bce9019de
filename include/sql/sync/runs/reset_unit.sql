-- Purpose: a unit that its run has merged before is taken up anew (somebody cleared the DAG run, a backfill
--   repeats it): only its next merge counts. Not of a closed run: a worker that slept through its end changes nothing.
-- Parameters: sync_log_id, unit_key. Caller: cmms.sync.merge.stage_rows.
UPDATE sync_units
SET merged_at = NULL, fetched = NULL, inserted = NULL, updated = NULL, unchanged = NULL, superseded = NULL,
    rejected = NULL, warnings = NULL, updated_at = UTC_TIMESTAMP(3)
WHERE sync_log_id = %(sync_log_id)s AND unit_key = %(unit_key)s AND merged_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM api_sync_logs l WHERE l.id = sync_units.sync_log_id AND l.status IN ('running', 'paused'))
