-- Purpose: the requests of a run that were not answered well, by endpoint and how they ended. Parameters: id.
-- Caller: cmms.figures.run_details.
SELECT endpoint, status, error_class, COUNT(*) AS calls, MIN(called_at) AS first_at, MAX(called_at) AS last_at
FROM api_call_logs WHERE sync_log_id = %(id)s AND (status IS NULL OR status >= 400)
GROUP BY endpoint, status, error_class ORDER BY calls DESC LIMIT 20
