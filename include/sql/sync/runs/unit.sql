-- Purpose: one unit of a run.
-- Parameters: sync_log_id, unit_key. Caller: cmms.sync.merge.merge_stage.
SELECT * FROM sync_units WHERE sync_log_id = %(sync_log_id)s AND unit_key = %(unit_key)s
