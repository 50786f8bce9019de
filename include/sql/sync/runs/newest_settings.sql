-- Purpose: the newest stored settings version, which wins over the file.
-- Caller: cmms.sync.runs.open_run.
SELECT id, version, body FROM config_versions ORDER BY version DESC LIMIT 1
