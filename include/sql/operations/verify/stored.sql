-- Stream: any.
-- Purpose: the newest sync of a day has as many records in the table as it says it wrote, an older one not more.
--   Recounted from the records. A run that merged the day more than once may have more: those of its earlier merges.
--   Which merge is the newest, the fence says: merged_at is empty while a run that has merged the day is repeated.
-- Parameters: stream. Caller: cmms.operations.verify.verify_tables.
SELECT u.sync_log_id, u.unit_key, u.inserted + u.updated AS written, COALESCE(s.records, 0) AS records
FROM sync_units u
LEFT JOIN (
  SELECT sync_log_id, date, COUNT(*) AS records FROM {table} GROUP BY sync_log_id, date
) s ON s.sync_log_id = u.sync_log_id AND s.date = CAST(u.unit_key AS DATE)
WHERE u.stream = %(stream)s AND u.merged_at IS NOT NULL
  AND ((COALESCE(s.records, 0) > u.inserted + u.updated AND u.merges <= 1)
    OR (COALESCE(s.records, 0) < u.inserted + u.updated AND NOT EXISTS (
      SELECT 1 FROM sync_units n
      WHERE n.stream = u.stream AND n.unit_key = u.unit_key AND n.fence > u.fence)))
ORDER BY u.id
