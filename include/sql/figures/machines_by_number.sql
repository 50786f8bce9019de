-- Purpose: machines by their numbers. Parameters: numbers. Caller: the widgets of include/cmms_ui.
SELECT id, equipment_number FROM equipment WHERE equipment_number IN %(numbers)s
