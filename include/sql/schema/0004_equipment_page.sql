-- Purpose: what the page of equipment stores: the version of a classification rule, and reports of validations
--   (migration 0004). Caller: cmms.migrations.versions.0004_equipment_page. The same on MySQL 8.4/9.x and MariaDB 10.11+.

ALTER TABLE equipment_group_rules
  ADD COLUMN row_version INT UNSIGNED NOT NULL DEFAULT 1;

-- Stored machines and readings judged again by the rules; scope: ids of machines, NULL for all of them.
CREATE TABLE validation_reports (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  asked_by VARCHAR(120) NOT NULL,
  scope JSON NULL,
  days INT UNSIGNED NOT NULL,
  status VARCHAR(20) NOT NULL DEFAULT 'running',
  first_day DATE NULL,
  last_day DATE NULL,
  machines INT UNSIGNED NOT NULL DEFAULT 0,
  readings INT UNSIGNED NOT NULL DEFAULT 0,
  findings INT UNSIGNED NOT NULL DEFAULT 0,
  error_message VARCHAR(500) NULL,
  started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  ended_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  CONSTRAINT ck_validation_reports_status CHECK (status IN ('running', 'success', 'failed'))
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE validation_findings (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  validation_report_id BIGINT UNSIGNED NOT NULL,
  stream VARCHAR(20) NOT NULL,
  equipment_id BIGINT UNSIGNED NOT NULL,
  reading_date DATE NULL,
  severity VARCHAR(10) NOT NULL,
  code VARCHAR(40) NOT NULL,
  rule VARCHAR(40) NOT NULL,
  message VARCHAR(500) NOT NULL,
  PRIMARY KEY (id),
  KEY ix_validation_findings_report (validation_report_id, code),
  KEY ix_validation_findings_equipment (equipment_id),
  CONSTRAINT ck_validation_findings_severity CHECK (severity IN ('critical', 'warning')),
  CONSTRAINT fk_validation_findings_report FOREIGN KEY (validation_report_id) REFERENCES validation_reports (id),
  CONSTRAINT fk_validation_findings_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
