-- Stream: any.
-- Purpose: the newest snapshot that was merged stored so many machines; each of them is there, and none marked as missing.
--   Later runs for some machines, and people, only add to them. Which merge is the newest, the fence says.
-- Parameters: stream. Caller: cmms.operations.verify.verify_tables.
SELECT u.sync_log_id, u.inserted + u.updated + u.unchanged AS held,
  (SELECT COUNT(*) FROM {table} WHERE missing_since IS NULL) AS found
FROM sync_units u
WHERE u.stream = %(stream)s AND u.merged_at IS NOT NULL
  AND u.inserted + u.updated + u.unchanged > (SELECT COUNT(*) FROM {table} WHERE missing_since IS NULL)
  AND NOT EXISTS (SELECT 1 FROM sync_units n WHERE n.stream = u.stream AND n.fence > u.fence)
ORDER BY u.id
