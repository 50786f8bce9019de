-- Purpose: the first rejected records of each code of a run. Parameters: id, row_limit (of each).
-- Caller: cmms.figures.run_details.
SELECT id, code, record_key, message, status, records
FROM (
  SELECT id, code, record_key, message, status,
    COUNT(*) OVER (PARTITION BY code) AS records, ROW_NUMBER() OVER (PARTITION BY code ORDER BY id) AS place
  FROM sync_record_errors WHERE sync_log_id = %(id)s
) rejected
WHERE place <= %(row_limit)s
ORDER BY records DESC, code, id
