-- Purpose: how many machines there are. Caller: the widgets of include/cmms_ui.
SELECT COUNT(*) AS machines FROM equipment
