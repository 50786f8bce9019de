-- Purpose: the codes that rejected most records lately, and whether it is one machine, one day, or all over.
-- Parameters: since, row_limit. Caller: cmms.figures.rejects.
SELECT code, category, COUNT(*) AS records, COUNT(DISTINCT equipment_number) AS machines,
  COUNT(DISTINCT unit_key) AS units, SUM(open_flag = 1) AS open_records, MAX(last_seen_at) AS last_seen_at
FROM sync_record_errors WHERE last_seen_at >= %(since)s
GROUP BY code, category ORDER BY records DESC, code LIMIT %(row_limit)s
