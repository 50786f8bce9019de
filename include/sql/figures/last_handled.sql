-- Purpose: by code of rejected records, who did what last. Parameters: since. Caller: cmms.figures.rejects.
SELECT code, actor, action, at
FROM (
  SELECT x.code, a.actor, a.action, a.at, ROW_NUMBER() OVER (PARTITION BY x.code ORDER BY a.id DESC) AS place
  FROM audit_log a
  JOIN sync_record_errors x ON x.id = CAST(a.entity_id AS UNSIGNED)
  WHERE a.entity = 'sync_record_errors' AND a.at >= %(since)s
) acts
WHERE place = 1
