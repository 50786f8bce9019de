-- Purpose: the report by rule. Parameters: id. Caller: cmms.cli, cmms.equipment.validate_equipment.
SELECT stream, severity, code, rule, COUNT(*) AS findings, COUNT(DISTINCT equipment_id) AS machines, MIN(message) AS message
FROM validation_findings WHERE validation_report_id = %(id)s
GROUP BY stream, severity, code, rule ORDER BY severity, findings DESC, code
