-- Purpose: active machines by plant. Caller: the widgets of include/cmms_ui.
SELECT p.plant_code, COUNT(*) AS machines FROM equipment e JOIN plants p ON p.id = e.plant_id
WHERE e.is_active = 1 GROUP BY p.plant_code ORDER BY p.plant_code
