-- Purpose: the offset of a segment, as it follows from statements and readings. row_version stays: nobody has decided anything.
-- Parameters: id, offset_hours. Caller: cmms.maintenance.meters.settle_segments.
UPDATE meter_segments SET offset_hours = %(offset_hours)s WHERE id = %(id)s
