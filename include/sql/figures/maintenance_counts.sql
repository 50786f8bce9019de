-- Purpose: machines by the worst state of what maintenance plans ask of them, as of the last evaluation.
-- Caller: cmms.figures.maintenance.
SELECT COALESCE(SUM(worst = 1), 0) AS overdue, COALESCE(SUM(worst = 2), 0) AS due, COALESCE(SUM(worst = 3), 0) AS upcoming
FROM (
  SELECT m.equipment_id, MIN(FIELD(m.state, 'overdue', 'due', 'upcoming')) AS worst
  FROM equipment_maintenance m WHERE m.state IN ('overdue', 'due', 'upcoming') GROUP BY m.equipment_id
) w
