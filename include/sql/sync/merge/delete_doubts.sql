-- Purpose: readings that are not doubtful any more, because they or the readings before them have changed.
-- Parameters: ids. Caller: cmms.sync.merge.judge_machines.
DELETE FROM doubtful_readings WHERE id IN %(ids)s
