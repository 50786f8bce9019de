-- Purpose: open dues of machines are done by a service without a work order. Parameters: ids (of machines), reason, actor.
-- Caller: cmms.equipment.change_equipment.
UPDATE maintenance_dues d JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id
SET d.state = 'done', d.reason = %(reason)s, d.decided_by = %(actor)s, d.decided_at = UTC_TIMESTAMP(3),
  d.row_version = d.row_version + 1, d.updated_at = UTC_TIMESTAMP(3)
WHERE m.equipment_id IN %(ids)s AND d.state = 'open'
