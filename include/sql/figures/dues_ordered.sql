-- Purpose: how many dues have a work order that is not finished. Caller: the widgets of include/cmms_ui.
SELECT COUNT(*) AS dues FROM maintenance_dues WHERE state = 'ordered'
