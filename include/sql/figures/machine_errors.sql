-- Purpose: open rejected records of known machines by code. Caller: cmms.figures.rejects.
SELECT x.code, x.category, COUNT(*) AS records, COUNT(DISTINCT x.equipment_number) AS machines,
  SUM(x.attempts - 1) AS retries, MAX(x.last_seen_at) AS last_seen_at
FROM sync_record_errors x JOIN equipment e ON e.equipment_number = x.equipment_number
WHERE x.open_flag = 1 GROUP BY x.code, x.category ORDER BY records DESC, x.code
