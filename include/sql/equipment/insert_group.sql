-- Purpose: a group added by hand. Caller: cmms.equipment.change_places.
INSERT INTO equipment_groups (name, description)
VALUES (%(name)s, %(description)s)
