-- Purpose: how many machines there are. Caller: cmms.figures.machines.
SELECT COUNT(*) AS machines FROM equipment
