-- Purpose: a plant of the seed file or the source; its name is not changed if it is there.
-- Caller: cmms.seed_plants.
INSERT INTO plants (plant_code, name)
VALUES (%(plant_code)s, %(name)s)
ON DUPLICATE KEY UPDATE plant_code = VALUES(plant_code)
