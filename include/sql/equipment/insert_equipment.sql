-- Purpose: add a machine manually. Caller: cmms.equipment.change_equipment.
INSERT INTO equipment (equipment_number, plant_id, equipment_group_id, group_source, equipment_description, notes)
VALUES (%(equipment_number)s, %(plant_id)s, %(equipment_group_id)s, %(group_source)s, %(equipment_description)s, %(notes)s)
