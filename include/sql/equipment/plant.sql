-- Purpose: a plant, locked against change. Parameters: id. Caller: cmms.equipment.change_equipment, cmms.equipment.change_plants_and_groups.
SELECT id, plant_code, name, description, is_active, row_version FROM plants WHERE id = %(id)s FOR UPDATE
