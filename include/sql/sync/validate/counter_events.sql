-- Purpose: machines whose counter decrease on that day a person has accepted.
-- Parameters: day. Callers: cmms.sync.validate.load_reference, cmms.sync.validate.load_record_reference.
SELECT p.equipment_id
FROM meter_segments s
JOIN measuring_points p ON p.id = s.point_id
WHERE s.from_date = %(day)s AND p.is_primary = 1
