-- Stream: any.
-- Purpose: the newest day with records of a stream; NULL when there is none. Caller: cmms.operations.validate_stored.
SELECT MAX(date) AS day FROM {table}
