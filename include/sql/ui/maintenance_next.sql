-- Purpose: active machines that have reached their group's interval, and those that soon will: of each the ones that
--   are furthest, with what they ran a day lately. Parameters: soon (share of the interval), row_limit, days.
-- Caller: the widgets of plugins/cmms_ui.
SELECT n.id, n.equipment_number, n.group_name, n.hours_over, n.last_date,
  (SELECT SUM(r.running_hours) / (DATEDIFF(n.last_date, MIN(r.date)) + 1) FROM equipment_running_times r
   WHERE r.equipment_id = n.id AND r.date > n.last_date - INTERVAL %(days)s DAY) AS hours_a_day
FROM (
  SELECT m.*, ROW_NUMBER() OVER (PARTITION BY m.hours_over >= 0 ORDER BY m.hours_over DESC, m.equipment_number) AS place
  FROM (
    SELECT e.id, e.equipment_number, g.name AS group_name, r.date AS last_date,
      g.maintenance_interval_hours AS interval_hours,
      r.cumulative_hours - COALESCE(e.serviced_at_hours, 0) - g.maintenance_interval_hours AS hours_over
    FROM equipment e
    JOIN equipment_groups g ON g.id = e.equipment_group_id
    JOIN equipment_running_times r FORCE INDEX (ix_running_times_date)
      ON r.equipment_id = e.id AND r.date = (SELECT MAX(d.date) FROM equipment_running_times d WHERE d.equipment_id = e.id)
    WHERE e.is_active = 1 AND g.maintenance_interval_hours IS NOT NULL
  ) m
  WHERE m.hours_over + m.interval_hours >= m.interval_hours * %(soon)s
) n
WHERE n.place <= %(row_limit)s
ORDER BY n.hours_over DESC, n.equipment_number
