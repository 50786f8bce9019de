-- Purpose: the tables of the source design and what the sync needs beside them (migration 0001).
-- Caller: cmms.migrations.versions.0001_sync. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- Identifying codes use a binary collation: zeros, case and accents distinguish. DATETIME(3) is UTC, DATE is a
-- plant-local day, hours are DECIMAL. "Only one open row" is a generated column, NULL when closed, in a UNIQUE key.

CREATE TABLE plants (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  plant_code VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  name VARCHAR(120) NOT NULL,
  description TEXT NULL,
  is_active TINYINT(1) NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_plants_code (plant_code)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE equipment_groups (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  description TEXT NULL,
  is_active TINYINT(1) NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_groups_name (name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The source has no group field: ordered rules classify, the first matching one (lowest priority number) wins.
CREATE TABLE equipment_group_rules (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_group_id BIGINT UNSIGNED NOT NULL,
  priority INT NOT NULL,
  field VARCHAR(40) NOT NULL,
  pattern VARCHAR(200) NOT NULL,
  is_active TINYINT(1) NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_group_rules_priority (priority),
  KEY ix_group_rules_group (equipment_group_id),
  CONSTRAINT ck_group_rules_field CHECK (field IN ('equipment_number', 'equipment_description', 'plant_code', 'company_code')),
  CONSTRAINT fk_group_rules_group FOREIGN KEY (equipment_group_id) REFERENCES equipment_groups (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE equipment (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_number VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  plant_id BIGINT UNSIGNED NOT NULL,
  equipment_group_id BIGINT UNSIGNED NULL,
  company_code VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  equipment_description VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  object_number VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  point VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  api_created_at DATETIME(3) NULL,
  is_active TINYINT(1) NOT NULL DEFAULT 1,
  inactive_reason VARCHAR(200) NULL,
  group_source VARCHAR(10) NOT NULL DEFAULT 'rule',
  missing_since DATE NULL,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_equipment_number (equipment_number),
  KEY ix_equipment_plant_active (plant_id, is_active),
  KEY ix_equipment_group (equipment_group_id),
  KEY ix_equipment_created (created_at),
  CONSTRAINT ck_equipment_group_source CHECK (group_source IN ('source', 'rule', 'manual')),
  CONSTRAINT fk_equipment_plant FOREIGN KEY (plant_id) REFERENCES plants (id),
  CONSTRAINT fk_equipment_group FOREIGN KEY (equipment_group_id) REFERENCES equipment_groups (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE equipment_revisions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  before_json JSON NOT NULL,
  sync_log_id BIGINT UNSIGNED NULL,
  changed_by VARCHAR(120) NOT NULL,
  changed_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  KEY ix_equipment_revisions_equipment (equipment_id, id),
  CONSTRAINT fk_equipment_revisions_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One row per equipment and day.
CREATE TABLE equipment_running_times (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  plant_id BIGINT UNSIGNED NOT NULL,
  point VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  date DATE NOT NULL,
  date_time DATETIME(3) NULL,
  description TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  running_hours DECIMAL(8,3) NOT NULL,
  cumulative_hours DECIMAL(16,3) NOT NULL,
  company_code VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  equipment_description VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  object_number VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  api_created_at DATETIME(3) NULL,
  quality VARCHAR(10) NOT NULL DEFAULT 'ok',
  quality_code VARCHAR(200) NULL,
  sync_log_id BIGINT UNSIGNED NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_running_times_equipment_date (equipment_id, date),
  KEY ix_running_times_date (date, equipment_id, cumulative_hours),
  KEY ix_running_times_plant_date (plant_id, date),
  CONSTRAINT ck_running_times_hours CHECK (running_hours >= 0 AND cumulative_hours >= 0),
  CONSTRAINT ck_running_times_quality CHECK (quality IN ('ok', 'warning')),
  CONSTRAINT fk_running_times_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id),
  CONSTRAINT fk_running_times_plant FOREIGN KEY (plant_id) REFERENCES plants (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE equipment_running_time_revisions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  running_time_id BIGINT UNSIGNED NOT NULL,
  equipment_id BIGINT UNSIGNED NOT NULL,
  date DATE NOT NULL,
  before_json JSON NOT NULL,
  sync_log_id BIGINT UNSIGNED NULL,
  changed_by VARCHAR(120) NOT NULL,
  changed_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  KEY ix_running_time_revisions_row (running_time_id, id),
  KEY ix_running_time_revisions_equipment (equipment_id, date),
  CONSTRAINT fk_running_time_revisions_row FOREIGN KEY (running_time_id) REFERENCES equipment_running_times (id),
  CONSTRAINT fk_running_time_revisions_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A decrease of the counter that a person accepted: from this day on the chain goes on at new_initial.
CREATE TABLE counter_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  date DATE NOT NULL,
  kind VARCHAR(20) NOT NULL,
  old_final DECIMAL(16,3) NULL,
  new_initial DECIMAL(16,3) NULL,
  reason VARCHAR(255) NULL,
  created_by VARCHAR(120) NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_counter_events (equipment_id, date),
  CONSTRAINT ck_counter_events_kind CHECK (kind IN ('rollover', 'replacement', 'reset', 'accepted')),
  CONSTRAINT fk_counter_events_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE config_versions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  version INT UNSIGNED NOT NULL,
  body JSON NOT NULL,
  note VARCHAR(255) NULL,
  restored_from INT UNSIGNED NULL,
  created_by VARCHAR(120) NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_config_versions (version)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One row per run of a sync (or of a replay, a clean-up).
CREATE TABLE api_sync_logs (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  sync_type VARCHAR(30) NOT NULL,
  status VARCHAR(20) NOT NULL,
  level VARCHAR(10) NULL,
  dag_id VARCHAR(120) NULL,
  run_id VARCHAR(250) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  trigger_kind VARCHAR(20) NOT NULL DEFAULT 'manual',
  triggered_by VARCHAR(120) NULL,
  retry_of_id BIGINT UNSIGNED NULL,
  config_version_id BIGINT UNSIGNED NULL,
  settings_json JSON NULL,
  scope JSON NULL,
  interval_start DATE NULL,
  interval_end DATE NULL,
  stale_master TINYINT(1) NOT NULL DEFAULT 0,
  records_processed INT UNSIGNED NOT NULL DEFAULT 0,
  records_success INT UNSIGNED NOT NULL DEFAULT 0,
  records_failed INT UNSIGNED NOT NULL DEFAULT 0,
  records_inserted INT UNSIGNED NOT NULL DEFAULT 0,
  records_updated INT UNSIGNED NOT NULL DEFAULT 0,
  records_unchanged INT UNSIGNED NOT NULL DEFAULT 0,
  records_superseded INT UNSIGNED NOT NULL DEFAULT 0,
  records_warning INT UNSIGNED NOT NULL DEFAULT 0,
  queue_ms BIGINT UNSIGNED NULL,
  api_ms BIGINT UNSIGNED NULL,
  validate_ms BIGINT UNSIGNED NULL,
  db_ms BIGINT UNSIGNED NULL,
  heartbeat_at DATETIME(3) NULL,
  control VARCHAR(10) NOT NULL DEFAULT 'none',
  error_class VARCHAR(60) NULL,
  error_category VARCHAR(20) NULL,
  error_message TEXT NULL,
  stack_trace MEDIUMTEXT NULL,
  respond_by DATETIME(3) NULL,
  sync_started_at DATETIME(3) NULL,
  sync_completed_at DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_sync_logs_run (dag_id, run_id),
  KEY ix_sync_logs_type_started (sync_type, sync_started_at),
  KEY ix_sync_logs_status (status, heartbeat_at),
  KEY ix_sync_logs_retry (retry_of_id),
  KEY ix_sync_logs_config (config_version_id),
  CONSTRAINT ck_sync_logs_status CHECK (status IN ('queued', 'running', 'paused', 'success', 'partial', 'failed', 'cancelled')),
  CONSTRAINT ck_sync_logs_level CHECK (level IN ('critical', 'high', 'medium', 'low', 'info')),
  CONSTRAINT ck_sync_logs_control CHECK (control IN ('none', 'pause', 'cancel')),
  CONSTRAINT ck_sync_logs_counts CHECK (records_processed = records_success + records_failed),
  CONSTRAINT fk_sync_logs_retry FOREIGN KEY (retry_of_id) REFERENCES api_sync_logs (id),
  CONSTRAINT fk_sync_logs_config FOREIGN KEY (config_version_id) REFERENCES config_versions (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One row per run and unit of work: an equipment snapshot ('equipment') or one day ('2026-01-31').
-- Written chunk by chunk, so that a view can read step, done, total and rate live. merged_at is the run marker.
CREATE TABLE sync_units (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  sync_log_id BIGINT UNSIGNED NOT NULL,
  stream VARCHAR(20) NOT NULL,
  unit_key VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  fence BIGINT UNSIGNED NOT NULL DEFAULT 0,
  step VARCHAR(20) NOT NULL DEFAULT 'planned',
  done BIGINT UNSIGNED NOT NULL DEFAULT 0,
  total BIGINT UNSIGNED NULL,
  rate DOUBLE NULL,
  fetched INT UNSIGNED NULL,
  inserted INT UNSIGNED NULL,
  updated INT UNSIGNED NULL,
  unchanged INT UNSIGNED NULL,
  superseded INT UNSIGNED NULL,
  rejected INT UNSIGNED NULL,
  warnings INT UNSIGNED NULL,
  reference_version BIGINT UNSIGNED NULL,
  api_ms BIGINT UNSIGNED NULL,
  validate_ms BIGINT UNSIGNED NULL,
  stage_ms BIGINT UNSIGNED NULL,
  merge_ms BIGINT UNSIGNED NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  merged_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY uk_sync_units (sync_log_id, unit_key),
  KEY ix_sync_units_key (stream, unit_key, merged_at),
  CONSTRAINT ck_sync_units_conserved CHECK (merged_at IS NULL OR fetched = inserted + updated + unchanged + superseded + rejected),
  CONSTRAINT fk_sync_units_log FOREIGN KEY (sync_log_id) REFERENCES api_sync_logs (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Who may write a unit of work now. Every claim raises the fence; a merge must still hold the newest one.
CREATE TABLE sync_leases (
  stream VARCHAR(20) NOT NULL,
  unit_key VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  fence BIGINT UNSIGNED NOT NULL DEFAULT 0,
  sync_log_id BIGINT UNSIGNED NULL,
  lease_until DATETIME(3) NULL,
  PRIMARY KEY (stream, unit_key),
  KEY ix_leases_log (sync_log_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One row: raised by every commit that changes what later units are judged by (plants, equipment, readings,
-- counter events). A merge locks it first, so merges follow one another and each knows if its verdicts are stale.
CREATE TABLE sync_reference_version (
  id TINYINT UNSIGNED NOT NULL,
  version BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT INTO sync_reference_version (id, version) VALUES (1, 1);

-- Quarantine and dead-letter queue: one row per rejected record of a unit, payload as received, byte for byte.
CREATE TABLE sync_record_errors (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  sync_log_id BIGINT UNSIGNED NOT NULL,
  stream VARCHAR(20) NOT NULL,
  unit_key VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  record_key VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  equipment_number VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  reading_date DATE NULL,
  category VARCHAR(20) NOT NULL,
  level VARCHAR(10) NOT NULL DEFAULT 'critical',
  code VARCHAR(40) NOT NULL,
  rule VARCHAR(40) NOT NULL,
  field VARCHAR(40) NULL,
  message VARCHAR(500) NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  edited_payload MEDIUMBLOB NULL,
  payload_hash BINARY(32) NOT NULL,
  occurrence INT UNSIGNED NOT NULL DEFAULT 0,
  page INT UNSIGNED NULL,
  position INT UNSIGNED NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 1,
  first_seen_at DATETIME(3) NOT NULL,
  last_seen_at DATETIME(3) NOT NULL,
  status VARCHAR(20) NOT NULL DEFAULT 'open',
  resolved_by VARCHAR(120) NULL,
  resolved_at DATETIME(3) NULL,
  note VARCHAR(500) NULL,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  open_flag TINYINT GENERATED ALWAYS AS (IF(status IN ('open', 'acknowledged', 'retrying'), 1, NULL)) VIRTUAL,
  PRIMARY KEY (id),
  UNIQUE KEY uk_record_errors (stream, unit_key, payload_hash, occurrence),
  KEY ix_record_errors_equipment (equipment_number, open_flag),
  KEY ix_record_errors_code (stream, code, open_flag),
  KEY ix_record_errors_status (status, last_seen_at),
  KEY ix_record_errors_log (sync_log_id),
  CONSTRAINT ck_record_errors_status CHECK (status IN ('open', 'acknowledged', 'retrying', 'resolved', 'discarded')),
  CONSTRAINT fk_record_errors_log FOREIGN KEY (sync_log_id) REFERENCES api_sync_logs (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Valid records that lost against another one of the same key: kept, never dropped silently.
CREATE TABLE sync_superseded_records (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  sync_log_id BIGINT UNSIGNED NOT NULL,
  stream VARCHAR(20) NOT NULL,
  unit_key VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  record_key VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  code VARCHAR(40) NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  payload_hash BINARY(32) NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_superseded (stream, unit_key, payload_hash),
  KEY ix_superseded_key (stream, record_key),
  KEY ix_superseded_log (sync_log_id),
  CONSTRAINT fk_superseded_log FOREIGN KEY (sync_log_id) REFERENCES api_sync_logs (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One row per HTTP request; no foreign key: it is cleaned up on its own, sooner.
CREATE TABLE api_call_logs (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  sync_log_id BIGINT UNSIGNED NULL,
  endpoint VARCHAR(200) NOT NULL,
  unit_key VARCHAR(20) NULL,
  page INT UNSIGNED NULL,
  status SMALLINT NULL,
  attempt SMALLINT UNSIGNED NOT NULL,
  latency_ms INT UNSIGNED NOT NULL,
  bytes_wire BIGINT UNSIGNED NULL,
  bytes_body BIGINT UNSIGNED NULL,
  error_class VARCHAR(60) NULL,
  called_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY ix_call_logs_time (called_at),
  KEY ix_call_logs_endpoint (endpoint, called_at),
  KEY ix_call_logs_log (sync_log_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What happened in a run, for the operator: queryable by run.
CREATE TABLE sync_log_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  sync_log_id BIGINT UNSIGNED NOT NULL,
  at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  level VARCHAR(10) NOT NULL,
  category VARCHAR(20) NOT NULL,
  code VARCHAR(40) NOT NULL,
  message VARCHAR(1000) NOT NULL,
  context JSON NULL,
  PRIMARY KEY (id),
  KEY ix_log_events_log (sync_log_id, id),
  KEY ix_log_events_code (code, at),
  CONSTRAINT fk_log_events_log FOREIGN KEY (sync_log_id) REFERENCES api_sync_logs (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE alert_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  fingerprint VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  rule_key VARCHAR(60) NOT NULL,
  level VARCHAR(10) NOT NULL,
  title VARCHAR(200) NOT NULL,
  body JSON NULL,
  sync_log_id BIGINT UNSIGNED NULL,
  status VARCHAR(20) NOT NULL DEFAULT 'firing',
  respond_by DATETIME(3) NULL,
  occurrences INT UNSIGNED NOT NULL DEFAULT 1,
  first_at DATETIME(3) NOT NULL,
  last_at DATETIME(3) NOT NULL,
  resolved_at DATETIME(3) NULL,
  ack_by VARCHAR(120) NULL,
  ack_at DATETIME(3) NULL,
  note VARCHAR(500) NULL,
  open_flag TINYINT GENERATED ALWAYS AS (IF(status = 'resolved', NULL, 1)) VIRTUAL,
  PRIMARY KEY (id),
  UNIQUE KEY uk_alert_events_open (fingerprint, open_flag),
  KEY ix_alert_events_status (status, level, last_at),
  KEY ix_alert_events_log (sync_log_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The outbox: a row before anything is sent; the watchdog sends again what failed.
CREATE TABLE notification_deliveries (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  alert_event_id BIGINT UNSIGNED NOT NULL,
  channel VARCHAR(10) NOT NULL,
  target VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  transition VARCHAR(10) NOT NULL,
  status VARCHAR(10) NOT NULL DEFAULT 'pending',
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  next_attempt_at DATETIME(3) NULL,
  last_error VARCHAR(500) NULL,
  sent_at DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_deliveries (alert_event_id, channel, target, transition),
  KEY ix_deliveries_status (status, next_attempt_at),
  CONSTRAINT ck_deliveries_channel CHECK (channel IN ('email', 'slack')),
  CONSTRAINT ck_deliveries_status CHECK (status IN ('pending', 'sending', 'sent', 'failed')),
  CONSTRAINT fk_deliveries_alert FOREIGN KEY (alert_event_id) REFERENCES alert_events (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE audit_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  actor VARCHAR(120) NOT NULL,
  action VARCHAR(60) NOT NULL,
  entity VARCHAR(60) NOT NULL,
  entity_id VARCHAR(60) NOT NULL,
  before_json JSON NULL,
  after_json JSON NULL,
  batch_id CHAR(36) NULL,
  PRIMARY KEY (id),
  KEY ix_audit_entity (entity, entity_id, at),
  KEY ix_audit_at (at),
  KEY ix_audit_batch (batch_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
