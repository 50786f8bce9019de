-- Purpose: a unit that its run has merged before is taken up anew: where the earlier attempt's rejects stood in its pages
--   says nothing any more. Those that the next merge rejects again get a place again; the others are not its rejects.
-- Parameters: sync_log_id, stream, unit_key. Caller: cmms.sync.merge.stage_rows.
UPDATE sync_record_errors
SET page = NULL, position = NULL
WHERE sync_log_id = %(sync_log_id)s AND stream = %(stream)s AND unit_key = %(unit_key)s
