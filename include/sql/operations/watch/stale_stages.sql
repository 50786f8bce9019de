-- Purpose: staging tables whose run is closed, or was cleaned up. Names are stg_<stream>_<run>_<unit>_<fence>.
-- Caller: cmms.operations.watch_runs, cmms.operations.verify.verify_tables.
SELECT s.stage_table, s.sync_log_id, l.status
FROM (
  SELECT table_name AS stage_table,
    CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(table_name, '_', -3), '_', 1) AS UNSIGNED) AS sync_log_id
  FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_name REGEXP '^stg_[a-z_]+_[0-9]+_[0-9a-z]+_[0-9]+$'
) s
LEFT JOIN api_sync_logs l ON l.id = s.sync_log_id
WHERE l.id IS NULL OR l.status NOT IN ('queued', 'running', 'paused')
ORDER BY s.stage_table
