-- Purpose: an acceptance is taken back. Judging the machine again then says whether the reading is still doubtful.
-- Parameters: ids (of equipment_running_times). Caller: cmms.maintenance.meters.decide_readings.
UPDATE doubtful_readings d
JOIN equipment_running_times r ON r.equipment_id = d.equipment_id AND r.date = d.date
SET d.state = 'open', d.reason = NULL, d.decided_by = NULL, d.decided_at = NULL,
  d.row_version = d.row_version + 1, d.updated_at = UTC_TIMESTAMP(3)
WHERE r.id IN %(ids)s
