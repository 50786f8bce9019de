-- Purpose: which of these rejected records there are, whatever has become of them.
-- Parameters: ids. Caller: cmms.sync.replay_rejects.
SELECT id FROM sync_record_errors WHERE id IN %(ids)s
