-- Purpose: preventive maintenance: plans, what they ask of each machine, dues, work orders (migration 0008).
-- Caller: cmms.migrations.versions.0008_maintenance. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- The interval of a group becomes a plan of that group; equipment.serviced_at_hours stays: the counter at the last
-- service of the machine. Hours are DECIMAL, DATE columns are local days of the site, DATETIME(3) are UTC.

-- A rule: machines of a scope need something every so many hours, or days, whichever comes first.
CREATE TABLE maintenance_plans (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  description TEXT NULL,
  scope VARCHAR(10) NOT NULL,
  equipment_group_id BIGINT UNSIGNED NULL,
  plant_id BIGINT UNSIGNED NULL,
  interval_hours DECIMAL(10,2) NULL,
  interval_days INT UNSIGNED NULL,
  schedule_mode VARCHAR(10) NOT NULL DEFAULT 'floating',
  start_from VARCHAR(10) NOT NULL DEFAULT 'now',
  lead_hours DECIMAL(10,2) NOT NULL DEFAULT 0,
  lead_days INT UNSIGNED NOT NULL DEFAULT 0,
  tolerance_hours DECIMAL(10,2) NOT NULL DEFAULT 0,
  tolerance_days INT UNSIGNED NOT NULL DEFAULT 0,
  priority TINYINT UNSIGNED NOT NULL DEFAULT 3,
  is_active TINYINT(1) NOT NULL DEFAULT 1,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_maintenance_plans_name (name),
  KEY ix_maintenance_plans_group (equipment_group_id),
  KEY ix_maintenance_plans_plant (plant_id),
  CONSTRAINT ck_maintenance_plans_scope CHECK (scope IN ('equipment', 'group', 'plant', 'all')),
  CONSTRAINT ck_maintenance_plans_mode CHECK (schedule_mode IN ('fixed', 'floating')),
  CONSTRAINT ck_maintenance_plans_start CHECK (start_from IN ('now', 'zero')),
  CONSTRAINT ck_maintenance_plans_interval CHECK (COALESCE(interval_hours, 0) > 0 OR COALESCE(interval_days, 0) > 0),
  CONSTRAINT ck_maintenance_plans_priority CHECK (priority BETWEEN 1 AND 5),
  CONSTRAINT fk_maintenance_plans_group FOREIGN KEY (equipment_group_id) REFERENCES equipment_groups (id),
  CONSTRAINT fk_maintenance_plans_plant FOREIGN KEY (plant_id) REFERENCES plants (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What a plan asks of one machine, as of the last evaluation. assigned_by: the plan's scope, or a person.
-- baseline: the last service, or where counting began; NULL until the first evaluation (or reading) sets it.
-- first_due_date: a day that a person has chosen instead of what the interval gives, until the next service.
CREATE TABLE equipment_maintenance (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  plan_id BIGINT UNSIGNED NOT NULL,
  assigned_by VARCHAR(10) NOT NULL DEFAULT 'plan',
  baseline_hours DECIMAL(16,3) NULL,
  baseline_date DATE NULL,
  first_due_date DATE NULL,
  next_due_hours DECIMAL(16,3) NULL,
  next_due_date DATE NULL,
  hours_to_go DECIMAL(16,3) NULL,
  days_to_go INT NULL,
  hours_a_day DECIMAL(8,3) NULL,
  predicted_date DATE NULL,
  state VARCHAR(12) NOT NULL DEFAULT 'ok',
  cause VARCHAR(10) NULL,
  evaluated_on DATE NULL,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_equipment_maintenance (equipment_id, plan_id),
  KEY ix_equipment_maintenance_plan (plan_id, state),
  KEY ix_equipment_maintenance_state (state, predicted_date, equipment_id),
  CONSTRAINT ck_equipment_maintenance_by CHECK (assigned_by IN ('plan', 'person')),
  CONSTRAINT ck_equipment_maintenance_state CHECK (state IN ('ok', 'upcoming', 'due', 'overdue', 'no_reading', 'suspended')),
  CONSTRAINT ck_equipment_maintenance_cause CHECK (cause IN ('hours', 'calendar')),
  CONSTRAINT fk_equipment_maintenance_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id),
  CONSTRAINT fk_equipment_maintenance_plan FOREIGN KEY (plan_id) REFERENCES maintenance_plans (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Work to be done at one machine. Its number is WO- and the id.
CREATE TABLE work_orders (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  type VARCHAR(12) NOT NULL DEFAULT 'preventive',
  title VARCHAR(200) NOT NULL,
  description TEXT NULL,
  priority TINYINT UNSIGNED NOT NULL DEFAULT 3,
  status VARCHAR(12) NOT NULL DEFAULT 'open',
  source VARCHAR(10) NOT NULL,
  hold_reason VARCHAR(10) NULL,
  cancel_reason VARCHAR(200) NULL,
  due_hours DECIMAL(16,3) NULL,
  due_date DATE NULL,
  planned_date DATE NULL,
  started_at DATETIME(3) NULL,
  completed_at DATETIME(3) NULL,
  start_reading DECIMAL(16,3) NULL,
  completion_reading DECIMAL(16,3) NULL,
  completion_date DATE NULL,
  completion_note VARCHAR(2000) NULL,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  created_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  KEY ix_work_orders_status (status, priority, due_date),
  KEY ix_work_orders_equipment (equipment_id, status),
  CONSTRAINT ck_work_orders_type CHECK (type IN ('preventive', 'corrective', 'inspection')),
  CONSTRAINT ck_work_orders_status CHECK (status IN ('open', 'in_progress', 'on_hold', 'completed', 'closed', 'cancelled')),
  CONSTRAINT ck_work_orders_source CHECK (source IN ('due', 'manual')),
  CONSTRAINT ck_work_orders_hold CHECK (hold_reason IN ('parts', 'access', 'permit', 'vendor', 'other')),
  CONSTRAINT ck_work_orders_priority CHECK (priority BETWEEN 1 AND 5),
  CONSTRAINT fk_work_orders_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Append-only: one row per transition.
CREATE TABLE work_order_history (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  work_order_id BIGINT UNSIGNED NOT NULL,
  from_status VARCHAR(12) NULL,
  to_status VARCHAR(12) NOT NULL,
  actor VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  note VARCHAR(2000) NULL,
  at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  KEY ix_work_order_history_order (work_order_id, id),
  CONSTRAINT fk_work_order_history_order FOREIGN KEY (work_order_id) REFERENCES work_orders (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One occasion on which a plan has become due at a machine; at most one is open at a time.
-- withdrawn: it is not due any more without having been done (a corrected reading, a changed plan).
CREATE TABLE maintenance_dues (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_maintenance_id BIGINT UNSIGNED NOT NULL,
  occurrence_no INT UNSIGNED NOT NULL,
  cause VARCHAR(10) NOT NULL,
  due_hours DECIMAL(16,3) NULL,
  due_date DATE NULL,
  detected_on DATE NOT NULL,
  detected_hours DECIMAL(16,3) NULL,
  state VARCHAR(10) NOT NULL DEFAULT 'open',
  work_order_id BIGINT UNSIGNED NULL,
  reason VARCHAR(255) NULL,
  decided_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  decided_at DATETIME(3) NULL,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  open_flag TINYINT GENERATED ALWAYS AS (IF(state IN ('open', 'ordered'), 1, NULL)) VIRTUAL,
  PRIMARY KEY (id),
  UNIQUE KEY uk_maintenance_dues_open (equipment_maintenance_id, open_flag),
  UNIQUE KEY uk_maintenance_dues_occurrence (equipment_maintenance_id, occurrence_no),
  KEY ix_maintenance_dues_state (state, due_date),
  KEY ix_maintenance_dues_order (work_order_id),
  CONSTRAINT ck_maintenance_dues_cause CHECK (cause IN ('hours', 'calendar')),
  CONSTRAINT ck_maintenance_dues_state CHECK (state IN ('open', 'ordered', 'done', 'waived', 'withdrawn')),
  CONSTRAINT fk_maintenance_dues_schedule FOREIGN KEY (equipment_maintenance_id) REFERENCES equipment_maintenance (id),
  CONSTRAINT fk_maintenance_dues_order FOREIGN KEY (work_order_id) REFERENCES work_orders (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Until now an interval stood in the group, counted from the last service or from counter 0, told from 90 per cent on.
INSERT INTO maintenance_plans (name, scope, equipment_group_id, interval_hours, start_from, lead_hours)
SELECT CONCAT(LEFT(name, 90), ', every ', FORMAT(maintenance_interval_hours, 0, 'en_US'), ' h', IF(CHAR_LENGTH(name) > 90, CONCAT(' #', id), '')),
  'group', id, maintenance_interval_hours, 'zero', maintenance_interval_hours / 10
FROM equipment_groups WHERE maintenance_interval_hours > 0;

ALTER TABLE equipment_groups DROP COLUMN maintenance_interval_hours;
