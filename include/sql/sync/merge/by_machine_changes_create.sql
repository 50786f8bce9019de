-- Purpose: what the merge has to do, per staged row that is new or differs; lives in the merging session only.
-- Caller: cmms.sync.merge.merge_stage.
CREATE TEMPORARY TABLE merge_changes (
  equipment_id BIGINT UNSIGNED NOT NULL,
  target_id BIGINT UNSIGNED NULL,
  outcome VARCHAR(10) NOT NULL,
  PRIMARY KEY (equipment_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC
