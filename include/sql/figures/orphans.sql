-- Purpose: machines that records name and the database does not know: open records by number, the most first.
-- Parameters: streams (whose machines have to be known), row_limit. Caller: cmms.figures.rejects.
SELECT equipment_number, COUNT(*) AS records, SUM(attempts) AS attempts, MIN(reading_date) AS first_day,
  MAX(reading_date) AS last_day, MIN(first_seen_at) AS first_seen_at, MAX(last_seen_at) AS last_seen_at,
  COUNT(*) OVER () AS machines
FROM sync_record_errors
WHERE stream IN %(streams)s AND code = 'EQUIPMENT_UNKNOWN' AND open_flag = 1
GROUP BY equipment_number ORDER BY records DESC, equipment_number LIMIT %(row_limit)s
