-- Purpose: changes whose process is gone. Parameters: hours. Caller: cmms.operations.requested_changes.
UPDATE requested_changes SET status = 'failed', error_message = 'its process ended', updated_at = UTC_TIMESTAMP(3)
WHERE status = 'running' AND updated_at < UTC_TIMESTAMP(3) - INTERVAL %(hours)s HOUR
