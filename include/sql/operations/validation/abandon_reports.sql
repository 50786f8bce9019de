-- Purpose: reports whose process is gone. Parameters: hours. Caller: cmms.operations.validation_reports.
UPDATE validation_reports SET status = 'failed', error_message = 'its process ended', ended_at = UTC_TIMESTAMP(3)
WHERE status = 'running' AND started_at < UTC_TIMESTAMP(3) - INTERVAL %(hours)s HOUR
