-- Purpose: the readings of a machine around a doubtful one, with what was found and decided. Parameters: id, days.
-- Caller: cmms.figures.doubts.
SELECT r.date AS day, r.running_hours, r.cumulative_hours AS counter,
  CASE WHEN v.id IS NOT NULL THEN 'void' WHEN o.state = 'open' THEN 'doubtful' ELSE 'trusted' END AS trust,
  COALESCE(v.reason, o.reason) AS reason, r.date = d.date AS is_this
FROM doubtful_readings d
JOIN equipment_running_times r ON r.equipment_id = d.equipment_id
  AND r.date BETWEEN d.date - INTERVAL %(days)s DAY AND d.date + INTERVAL %(days)s DAY
LEFT JOIN reading_voids v ON v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1
LEFT JOIN doubtful_readings o ON o.equipment_id = r.equipment_id AND o.date = r.date
WHERE d.id = %(id)s
ORDER BY r.date
