-- Purpose: a group added by hand. Caller: cmms.views.change_places.
INSERT INTO equipment_groups (name, description, maintenance_interval_hours)
VALUES (%(name)s, %(description)s, %(maintenance_interval_hours)s)
