-- Purpose: all units of a run, oldest day first.
-- Parameters: sync_log_id. Caller: cmms.sync.runs.close_run, cmms.sync.merge.merge_stage.
SELECT * FROM sync_units WHERE sync_log_id = %(sync_log_id)s ORDER BY unit_key
