-- Purpose: what the DAG cmms_forecast_backtest computes every night (migration 0016).
-- Caller: cmms.migrations.versions.0016_forecasts. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- All of it can be computed again from the readings.

-- How fast a machine runs, and how wrong its forecasts have been. short, mid and long: for dues nearer than 15 days, nearer
-- than 45, and beyond. rate_...: hours a day; NULL without a rate. basis: what the rates were made of; reason: why no due of
-- the machine has a date. low_..., high_...: the band, as factors of the days ahead. reliable_days_...: dues farther away have
-- no reliable date; NULL: all have one, 0: none has. errors_...: past forecasts of the machine that its band is made of.
CREATE TABLE equipment_forecasts (
  equipment_id BIGINT UNSIGNED NOT NULL,
  as_of DATE NOT NULL,
  newest_date DATE NULL,
  rate_short DECIMAL(9,3) NULL,
  rate_mid DECIMAL(9,3) NULL,
  rate_long DECIMAL(9,3) NULL,
  basis VARCHAR(20) NULL,
  reason VARCHAR(20) NULL,
  band_as_of DATE NULL,
  machine_class VARCHAR(20) NULL,
  low_short DECIMAL(6,3) NULL,
  low_mid DECIMAL(6,3) NULL,
  low_long DECIMAL(6,3) NULL,
  high_short DECIMAL(6,3) NULL,
  high_mid DECIMAL(6,3) NULL,
  high_long DECIMAL(6,3) NULL,
  reliable_days_short DECIMAL(6,2) NULL,
  reliable_days_mid DECIMAL(6,2) NULL,
  reliable_days_long DECIMAL(6,2) NULL,
  errors_short TINYINT UNSIGNED NULL,
  errors_mid TINYINT UNSIGNED NULL,
  errors_long TINYINT UNSIGNED NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  PRIMARY KEY (equipment_id),
  KEY ix_equipment_forecasts_as_of (as_of),
  CONSTRAINT fk_equipment_forecasts_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How good the forecasts of the site's own machines have been: a row for all machines of a night ('all') and for each class.
-- Shares are between 0 and 1; NULL where there was nothing to count. looked_at of all_machines machines took part that night.
CREATE TABLE forecast_backtests (
  as_of DATE NOT NULL,
  machine_class VARCHAR(20) NOT NULL,
  looked_at INT UNSIGNED NOT NULL,
  all_machines INT UNSIGNED NOT NULL,
  machines INT UNSIGNED NOT NULL,
  dues INT UNSIGNED NOT NULL,
  reliable INT UNSIGNED NOT NULL,
  unreached INT UNSIGNED NOT NULL,
  covered DECIMAL(5,4) NULL,
  early DECIMAL(5,4) NULL,
  late DECIMAL(5,4) NULL,
  no_date DECIMAL(5,4) NULL,
  width DECIMAL(8,3) NULL,
  width_days DECIMAL(8,2) NULL,
  error DECIMAL(8,3) NULL,
  simple_error DECIMAL(8,3) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (as_of, machine_class)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
