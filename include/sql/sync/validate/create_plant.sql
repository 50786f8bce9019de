-- Purpose: add a plant that a record names; one that is there stays as it is.
-- Parameters: plant_code. Caller: cmms.sync.validate.validate_units (rules.unknown_plant: create).
INSERT INTO plants (plant_code, name)
SELECT %(plant_code)s, %(plant_code)s FROM DUAL
WHERE NOT EXISTS (SELECT 1 FROM plants WHERE plant_code = %(plant_code)s)
