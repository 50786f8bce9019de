-- Purpose: a component is installed. Parameters: child_id, parent_id, from_date, user.
-- Caller: cmms.maintenance.meters.change_installations.
INSERT INTO installations (child_id, parent_id, from_date, noted_by)
VALUES (%(child_id)s, %(parent_id)s, %(from_date)s, %(user)s)
