-- Purpose: whether a sync has worked on a unit meanwhile (each attempt raises the fence), works on it, or is about to.
-- Parameters: stream, unit_key. Caller: cmms.operations.reconciliation.read_stored.
SELECT
  (SELECT fence FROM sync_leases WHERE stream = %(stream)s AND unit_key = %(unit_key)s) AS fence,
  EXISTS (
    SELECT 1 FROM sync_units u
    JOIN api_sync_logs l ON l.id = u.sync_log_id AND l.status IN ('queued', 'running', 'paused')
    WHERE u.stream = %(stream)s AND u.unit_key = %(unit_key)s AND u.merged_at IS NULL
  ) AS is_held
