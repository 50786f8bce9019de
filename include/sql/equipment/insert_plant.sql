-- Purpose: add a plant manually. Caller: cmms.equipment.change_plants_and_groups.
INSERT INTO plants (plant_code, name, description) VALUES (%(plant_code)s, %(name)s, %(description)s)
