-- Purpose: requests to the source by UTC day: how many, how long in all. Parameters: since.
-- Caller: cmms.figures.sync_days.
SELECT DATE(called_at) AS day, COUNT(*) AS calls, SUM(latency_ms) AS milliseconds
FROM api_call_logs WHERE called_at >= %(since)s GROUP BY DATE(called_at) ORDER BY day
