-- Purpose: open rejected records by code. Caller: cmms.figures.rejects.
SELECT code, COUNT(*) AS records FROM sync_record_errors WHERE open_flag = 1
GROUP BY code, category ORDER BY records DESC LIMIT 12
