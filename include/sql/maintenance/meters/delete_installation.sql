-- Purpose: an installation never was; the audit log holds it. Parameters: id.
-- Caller: cmms.maintenance.meters.change_installations.
DELETE FROM installations WHERE id = %(id)s
