-- Purpose: by code of rejected records, who resolved one last; a sync that stored it resolves it too.
-- Parameters: since. Caller: cmms.figures.rejects.
SELECT code, resolved_by, resolved_at
FROM (
  SELECT code, resolved_by, resolved_at, ROW_NUMBER() OVER (PARTITION BY code ORDER BY resolved_at DESC, id DESC) AS recency
  FROM sync_record_errors WHERE resolved_at IS NOT NULL AND last_seen_at >= %(since)s
) resolved
WHERE recency = 1
