-- Purpose: a period never was; the audit log holds it. Parameters: id. Caller: cmms.maintenance.meters.change_availability.
DELETE FROM equipment_availability WHERE id = %(id)s
