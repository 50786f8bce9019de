-- Purpose: read and lock the lease of a unit; is_free tells whether another run may take it now.
-- Parameters: stream, unit_key. Caller: cmms.sync.runs.claim_units, cmms.sync.merge.merge_stage.
SELECT fence, sync_log_id, lease_until, (sync_log_id IS NULL OR lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3)) AS is_free
FROM sync_leases
WHERE stream = %(stream)s AND unit_key = %(unit_key)s
FOR UPDATE
