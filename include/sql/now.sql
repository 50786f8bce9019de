-- Purpose: the instant, by the clock that all processes share.
-- Caller: cmms.database.
SELECT UTC_TIMESTAMP(3) AS now
