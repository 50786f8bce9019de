-- Purpose: the newest stored settings version, which wins over the file.
-- Caller: cmms.settings.stored_versions.
SELECT id, version, body FROM config_versions ORDER BY version DESC LIMIT 1
