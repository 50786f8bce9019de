-- Purpose: conservation per log: what was processed succeeded or failed, and success splits into its outcomes.
-- Parameters: sync_types (streams and replays). Caller: cmms.operations.verify.verify_tables.
SELECT id, records_processed, records_success, records_failed,
  records_inserted + records_updated + records_unchanged + records_superseded AS outcomes
FROM api_sync_logs
WHERE sync_type IN %(sync_types)s AND status NOT IN ('queued', 'running', 'paused')
  AND (records_processed <> records_success + records_failed
    OR records_success <> records_inserted + records_updated + records_unchanged + records_superseded)
ORDER BY id
