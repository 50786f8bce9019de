-- Purpose: rejected records that were validated more than once, by code, and how many of those are stored now.
-- Parameters: since. Caller: cmms.figures.rejects.
SELECT code, COUNT(*) AS tried, SUM(status = 'resolved') AS then_stored, MAX(attempts) AS most_attempts
FROM sync_record_errors WHERE last_seen_at >= %(since)s AND attempts > 1
GROUP BY code ORDER BY tried DESC, code LIMIT 12
