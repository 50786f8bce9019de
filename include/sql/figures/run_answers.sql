-- Purpose: what the source said when it refused requests of a run, the same only once, newest first. Parameters: id.
-- Caller: cmms.figures.run_details.
SELECT endpoint, status, error_class, answer_head
FROM api_call_logs WHERE sync_log_id = %(id)s AND answer_head IS NOT NULL
GROUP BY endpoint, status, error_class, answer_head ORDER BY MAX(id) DESC LIMIT 5
