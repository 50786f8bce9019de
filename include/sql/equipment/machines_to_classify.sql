-- Purpose: every machine's texts that rules read, and its group. Caller: cmms.equipment.change_group_rules.
SELECT e.equipment_number, e.equipment_description, p.plant_code, e.company_code, e.equipment_group_id, e.group_source
FROM equipment e JOIN plants p ON p.id = e.plant_id
