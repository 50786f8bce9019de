-- Stream: any.
-- Purpose: every record by machine and day refers to a machine and a plant that are there, also if rows were written with
--   foreign-key checks off. Counted per missing parent; the distinct ids come from an index.
-- Caller: cmms.operations.verify.verify_tables.
SELECT '{table}' AS child, 'equipment' AS parent, c.id AS missing
FROM (SELECT DISTINCT equipment_id AS id FROM {table}) c LEFT JOIN equipment p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT '{table}', 'plants', c.id
FROM (SELECT DISTINCT plant_id AS id FROM {table}) c LEFT JOIN plants p ON p.id = c.id WHERE p.id IS NULL
