-- Purpose: nothing was dropped silently: the newest sync of a unit has as many rejects in quarantine as it counted, an
--   older one not more (a record rejected again belongs to the newer run). Recounted from the kept records; those
--   without a place are of an earlier merge of the same run (quarantine/clear_positions). Newest: as in verify/stored.
-- Caller: cmms.operations.verify.verify_tables.
SELECT u.sync_log_id, u.unit_key, u.rejected, COALESCE(r.kept, 0) AS kept
FROM sync_units u
JOIN api_sync_logs l ON l.id = u.sync_log_id
LEFT JOIN (
  SELECT sync_log_id, stream, unit_key, COUNT(page) AS kept FROM sync_record_errors
  GROUP BY sync_log_id, stream, unit_key
) r ON r.sync_log_id = u.sync_log_id AND r.stream = u.stream AND r.unit_key = u.unit_key
WHERE u.merged_at IS NOT NULL AND l.sync_type <> 'replay'
  AND (COALESCE(r.kept, 0) > u.rejected
    OR (COALESCE(r.kept, 0) < u.rejected AND NOT EXISTS (
      SELECT 1 FROM sync_units n
      WHERE n.stream = u.stream AND n.unit_key = u.unit_key AND n.fence > u.fence)))
ORDER BY u.id
