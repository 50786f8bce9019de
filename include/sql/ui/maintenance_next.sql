-- Purpose: active machines whose hours since service are between two shares of their group's interval, those that are
--   furthest first, with what they ran a day lately. Parameters: least, below, row_limit, days.
-- Caller: the widgets of plugins/cmms_ui.
SELECT n.id, n.equipment_number, n.group_name, n.since_service - n.interval_hours AS hours_over, n.last_date,
  (SELECT SUM(r.running_hours) / (DATEDIFF(n.last_date, MIN(r.date)) + 1) FROM equipment_running_times r
   WHERE r.equipment_id = n.id AND r.date > n.last_date - INTERVAL %(days)s DAY) AS hours_a_day
FROM (
  SELECT m.*, (SELECT MAX(r.date) FROM equipment_running_times r WHERE r.equipment_id = m.id) AS last_date
  FROM (
    SELECT e.id, e.equipment_number, g.name AS group_name, g.maintenance_interval_hours AS interval_hours,
      (SELECT r.cumulative_hours FROM equipment_running_times r WHERE r.equipment_id = e.id ORDER BY r.date DESC LIMIT 1)
        - COALESCE(e.serviced_at_hours, 0) AS since_service
    FROM equipment e JOIN equipment_groups g ON g.id = e.equipment_group_id
    WHERE e.is_active = 1 AND g.maintenance_interval_hours IS NOT NULL
  ) m
  WHERE m.since_service >= m.interval_hours * %(least)s AND m.since_service < m.interval_hours * %(below)s
  ORDER BY m.since_service - m.interval_hours DESC, m.equipment_number LIMIT %(row_limit)s
) n
ORDER BY hours_over DESC, n.equipment_number
