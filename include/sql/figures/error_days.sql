-- Purpose: rejected records by category and UTC day on which they came first. Parameters: since.
-- Caller: cmms.figures.failures.
SELECT DATE(first_seen_at) AS day, category, COUNT(*) AS errors
FROM sync_record_errors WHERE first_seen_at >= %(since)s GROUP BY DATE(first_seen_at), category ORDER BY day
