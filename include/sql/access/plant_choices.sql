-- Purpose: plants to choose from. Caller: cmms.access.choices.
SELECT id, IF(name = plant_code OR name = '', plant_code, CONCAT(plant_code, ' ', name)) AS label
FROM plants ORDER BY is_active DESC, plant_code
