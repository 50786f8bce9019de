-- Purpose: the lease row of a unit exists.
-- Caller: cmms.sync.runs.claim_units.
INSERT IGNORE INTO sync_leases (stream, unit_key) VALUES (%(stream)s, %(unit_key)s)
