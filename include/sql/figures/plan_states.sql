-- Purpose: how many machines of a plan are in which state. Parameters: id. Caller: cmms.figures.maintenance.
SELECT m.state, COUNT(*) AS machines FROM equipment_maintenance m WHERE m.plan_id = %(id)s GROUP BY m.state
