-- Purpose: add a group manually. Caller: cmms.equipment.change_plants_and_groups.
INSERT INTO equipment_groups (name, description)
VALUES (%(name)s, %(description)s)
