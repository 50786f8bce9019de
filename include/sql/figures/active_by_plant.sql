-- Purpose: active machines by plant. Callers: cmms.figures.machines, cmms.figures.read_gaps.
SELECT p.plant_code, COUNT(*) AS machines FROM equipment e JOIN plants p ON p.id = e.plant_id
WHERE e.is_active = 1 GROUP BY p.plant_code ORDER BY p.plant_code
