-- Stream: any.
-- Purpose: newest change stored so far, for a source that can be asked for changes only.
-- Caller: cmms.sync.runs.open_run.
SELECT MAX(api_created_at) AS watermark FROM {table}
