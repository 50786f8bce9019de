-- Purpose: in which groups chosen machines are, and by whose choice. Parameters: ids. Caller: cmms.equipment.change_equipment.
SELECT e.equipment_group_id AS id, g.name, e.group_source, COUNT(*) AS machines
FROM equipment e LEFT JOIN equipment_groups g ON g.id = e.equipment_group_id
WHERE e.id IN %(ids)s GROUP BY e.equipment_group_id, g.name, e.group_source
