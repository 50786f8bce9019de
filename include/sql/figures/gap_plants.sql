-- Purpose: how many readings a plant has, by day; a reading of 0 hours is one. It belongs to the plant where it was made.
--   Counted in the index, cell by cell: neither machines nor rows are touched, however long the history is.
-- Parameters: first_day, last_day. Caller: cmms.figures.read_gaps.
WITH RECURSIVE days AS (
  SELECT CAST(%(first_day)s AS DATE) AS date
  UNION ALL
  SELECT date + INTERVAL 1 DAY FROM days WHERE date < %(last_day)s
)
SELECT p.plant_code, d.date,
  (SELECT COUNT(*) FROM equipment_running_times r FORCE INDEX (ix_running_times_plant_date)
   WHERE r.plant_id = p.id AND r.date = d.date) AS readings
FROM plants p
CROSS JOIN days d
