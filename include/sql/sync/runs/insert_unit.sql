-- Purpose: one row per unit of work of a run; one that is there already stays as it is.
-- Caller: cmms.sync.runs.open_run.
INSERT INTO sync_units (sync_log_id, stream, unit_key)
VALUES (%(sync_log_id)s, %(stream)s, %(unit_key)s)
ON DUPLICATE KEY UPDATE updated_at = UTC_TIMESTAMP(3)
