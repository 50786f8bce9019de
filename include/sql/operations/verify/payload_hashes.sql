-- Purpose: kept payloads are byte for byte what was hashed when they arrived.
-- Caller: cmms.operations.verify.verify_tables.
SELECT 'sync_record_errors' AS place, id, record_key
FROM sync_record_errors WHERE payload_hash <> UNHEX(SHA2(payload, 256))
UNION ALL
SELECT 'sync_superseded_records', id, record_key
FROM sync_superseded_records WHERE payload_hash <> UNHEX(SHA2(payload, 256))
