-- Purpose: rejected records by code and what became of them, with the newest settling. Parameters: since.
-- Caller: cmms.figures.rejects.
SELECT code, SUM(status = 'open') AS open_records, SUM(status IN ('acknowledged', 'retrying')) AS in_work,
  SUM(status = 'resolved') AS resolved, SUM(status = 'discarded') AS discarded
FROM sync_record_errors WHERE last_seen_at >= %(since)s
GROUP BY code ORDER BY open_records DESC, code LIMIT 20
