-- Purpose: only open runs hold units.
-- Caller: cmms.operations.verify.verify_tables.
SELECT s.stream, s.unit_key, s.sync_log_id, COALESCE(l.status, 'deleted') AS status
FROM sync_leases s
LEFT JOIN api_sync_logs l ON l.id = s.sync_log_id
WHERE s.sync_log_id IS NOT NULL AND (l.id IS NULL OR l.status NOT IN ('queued', 'running', 'paused'))
ORDER BY s.stream, s.unit_key
