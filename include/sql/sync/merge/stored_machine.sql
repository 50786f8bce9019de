-- Purpose: how new the machine is that a replayed record has lost against; which run stored it, if it was changed.
-- Parameters: equipment_number. Caller: cmms.sync.merge.quarantine_records.
SELECT (SELECT MAX(r.sync_log_id) FROM equipment_revisions r WHERE r.equipment_id = e.id) AS sync_log_id,
  e.api_created_at AS newest_at
FROM equipment e WHERE e.equipment_number = %(equipment_number)s
