-- Purpose: how often a run has merged a unit: more than once when somebody cleared it, or Airflow repeated its steps.
-- Caller: cmms.migrations.versions.0007_merged_again. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- Readings that an earlier merge of the run wrote carry the run's id as well; verify must not count them as too many.

ALTER TABLE sync_units
  ADD COLUMN merges INT UNSIGNED NOT NULL DEFAULT 0;
