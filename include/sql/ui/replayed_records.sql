-- Purpose: rejected records by code: how many were judged more than once, and how many of those are stored now.
-- Parameters: since. Caller: the widgets of plugins/cmms_ui.
SELECT code, COUNT(*) AS records, SUM(attempts > 1) AS tried, SUM(attempts > 1 AND status = 'resolved') AS then_stored,
  MAX(attempts) AS most_attempts
FROM sync_record_errors WHERE last_seen_at >= %(since)s
GROUP BY code ORDER BY records DESC, code LIMIT 12
