-- Purpose: nobody follows a change of last month. Parameters: days. Caller: cmms.operations.requested_changes.
DELETE FROM requested_changes WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL %(days)s DAY ORDER BY created_at LIMIT 20
