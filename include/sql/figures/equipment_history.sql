-- Purpose: what syncs and people have changed of a machine, newest first. Parameters: id, id_text. Caller: cmms.figures.one_machine.
SELECT at, who, what, detail FROM (
  SELECT changed_at AS at, changed_by AS who, 'sync' AS what, CAST(before_json AS CHAR) AS detail
  FROM equipment_revisions WHERE equipment_id = %(id)s
  UNION ALL
  SELECT at, actor, action, CAST(after_json AS CHAR) FROM audit_log
  WHERE entity = 'equipment' AND entity_id = %(id_text)s
) h ORDER BY at DESC LIMIT 30
