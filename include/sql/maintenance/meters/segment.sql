-- Purpose: the machine of a meter change, before anything of it is locked. Parameters: id.
-- Caller: cmms.maintenance.meters.change_meter.
SELECT p.equipment_id FROM meter_segments s JOIN measuring_points p ON p.id = s.point_id WHERE s.id = %(id)s
