-- Purpose: machines whose counter has a limit of its own of how much it can grow in a day, in thousandths of an hour.
-- Callers: cmms.sync.validate.load_reference, cmms.sync.merge.judge_machines, cmms.operations.verify.verify_doubts.
SELECT equipment_id, CAST(max_hours_a_day * 1000 AS SIGNED) AS most_a_day
FROM measuring_points
WHERE primary_flag = 1 AND max_hours_a_day <> 24
