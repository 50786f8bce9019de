-- Purpose: the work orders of a machine, those that are not finished first. Parameters: id. Caller: cmms.figures.work.
SELECT id, title, priority, status, planned_date, completion_date, completion_reading FROM work_orders
WHERE equipment_id = %(id)s ORDER BY FIELD(status, 'in_progress', 'on_hold', 'open') = 0, id DESC LIMIT 10
