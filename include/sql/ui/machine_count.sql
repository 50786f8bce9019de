-- Purpose: how many machines there are. Caller: the widgets of plugins/cmms_ui.
SELECT COUNT(*) AS machines FROM equipment
