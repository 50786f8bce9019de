-- Purpose: failed and cancelled runs by error class: how many a person has started again, and how those ended.
--   Which run a retry started stands in the audit log. Parameters: since. Caller: cmms.figures.failures.
SELECT error_class, COUNT(*) AS runs, SUM(retries > 0) AS retried, SUM(good > 0) AS good, SUM(under_way > 0) AS under_way
FROM (
  SELECT l.id, COALESCE(l.error_class, 'no class') AS error_class, COUNT(a.id) AS retries,
    COALESCE(SUM(n.status IN ('success', 'partial')), 0) AS good,
    COALESCE(SUM(a.id IS NOT NULL AND (n.id IS NULL OR n.sync_completed_at IS NULL)), 0) AS under_way
  FROM api_sync_logs l
  LEFT JOIN audit_log a ON a.entity = 'api_sync_logs' AND CAST(a.entity_id AS UNSIGNED) = l.id AND a.action = 'retry'
  LEFT JOIN api_sync_logs n
    ON n.dag_id = l.dag_id AND n.run_id = JSON_UNQUOTE(JSON_EXTRACT(a.after_json, '$.run_id'))
  WHERE l.status IN ('failed', 'cancelled') AND l.sync_started_at >= %(since)s
  GROUP BY l.id, l.error_class
) failures
GROUP BY error_class ORDER BY runs DESC, error_class LIMIT 12
