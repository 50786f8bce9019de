-- Purpose: no other evaluation until this transaction is over. Caller: cmms.maintenance.evaluate_maintenance.
SELECT COUNT(*) FROM equipment_maintenance FORCE INDEX (uk_equipment_maintenance) FOR UPDATE
