-- Purpose: state of this member of a replication group; no row outside of a group.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_database.
SELECT member_state AS state, member_role AS role
  FROM performance_schema.replication_group_members
 WHERE member_id = @@server_uuid
