-- Purpose: load one tab-separated chunk; text is quoted, NULL is the bare word.
-- Parameters: file. Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name.
LOAD DATA LOCAL INFILE %(file)s INTO TABLE {stage}
CHARACTER SET utf8mb4
FIELDS TERMINATED BY '\t' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
LINES TERMINATED BY '\n'
