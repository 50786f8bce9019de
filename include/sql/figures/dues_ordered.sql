-- Purpose: how many dues have a work order that is not finished. Caller: cmms.figures.work.
SELECT COUNT(*) AS dues FROM maintenance_dues WHERE state = 'ordered'
