-- Purpose: make this run's attempt the only one that may write the unit.
-- Caller: cmms.sync.runs.claim_units.
UPDATE sync_leases
SET fence = fence + 1, sync_log_id = %(sync_log_id)s,
    lease_until = UTC_TIMESTAMP(3) + INTERVAL %(lease_seconds)s SECOND
WHERE stream = %(stream)s AND unit_key = %(unit_key)s
