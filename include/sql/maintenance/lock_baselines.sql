-- Purpose: where counting began at schedules, about to be changed. Parameters: ids. Caller: cmms.maintenance.orders.schedule_baselines.
SELECT id, baseline_hours, baseline_date, first_due_date FROM equipment_maintenance
WHERE id IN %(ids)s ORDER BY id FOR UPDATE
