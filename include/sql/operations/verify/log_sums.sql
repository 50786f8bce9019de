-- Purpose: a closed log is the sum of its merged units, counter by counter.
-- Caller: cmms.operations.verify.verify_tables.
SELECT l.id,
  CONCAT_WS(', ', l.records_processed, l.records_inserted, l.records_updated, l.records_unchanged,
    l.records_superseded, l.records_failed, l.records_warning) AS logged,
  CONCAT_WS(', ', u.fetched, u.inserted, u.updated, u.unchanged, u.superseded, u.rejected, u.warnings) AS summed
FROM api_sync_logs l
JOIN (
  SELECT sync_log_id,
    COALESCE(SUM(fetched), 0) AS fetched, COALESCE(SUM(inserted), 0) AS inserted, COALESCE(SUM(updated), 0) AS updated,
    COALESCE(SUM(unchanged), 0) AS unchanged, COALESCE(SUM(superseded), 0) AS superseded,
    COALESCE(SUM(rejected), 0) AS rejected, COALESCE(SUM(warnings), 0) AS warnings
  FROM sync_units
  GROUP BY sync_log_id
) u ON u.sync_log_id = l.id
WHERE l.status NOT IN ('queued', 'running', 'paused')
  AND (l.records_processed <> u.fetched OR l.records_inserted <> u.inserted OR l.records_updated <> u.updated
    OR l.records_unchanged <> u.unchanged OR l.records_superseded <> u.superseded OR l.records_failed <> u.rejected
    OR l.records_warning <> u.warnings)
ORDER BY l.id
