-- Purpose: KPI-03, database time per unit of work (staging and merge), by stream: mean, nearest-rank 95th percentile, maximum,
--   and records written or compared per second.
-- Parameters: since, until (instants when units were merged; until is excluded). Caller: cmms.figures.kpis.
SELECT stream, COUNT(*) AS units,
  CAST(SUM(fetched) AS UNSIGNED) AS records,
  AVG(stage_ms) AS stage_ms, AVG(merge_ms) AS merge_ms,
  MAX(CASE WHEN place = CEIL(0.95 * units_of_stream) THEN database_ms END) AS p95_ms,
  MAX(database_ms) AS max_ms,
  1000 * SUM(fetched) / NULLIF(SUM(database_ms), 0) AS records_per_second
FROM (
  SELECT stream, fetched, stage_ms, merge_ms, stage_ms + merge_ms AS database_ms,
    ROW_NUMBER() OVER (PARTITION BY stream ORDER BY stage_ms + merge_ms) AS place,
    COUNT(*) OVER (PARTITION BY stream) AS units_of_stream
  FROM sync_units
  WHERE merged_at >= %(since)s AND merged_at < %(until)s AND stage_ms IS NOT NULL AND merge_ms IS NOT NULL
) merged
GROUP BY stream
ORDER BY stream
