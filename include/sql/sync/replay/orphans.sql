-- Purpose: rejected records whose equipment, or maybe plant, has appeared since.
-- Parameters: streams (of machines that have to be known), batch. Caller: cmms.sync.replay_rejects.
SELECT r.id, r.stream, r.unit_key, COALESCE(r.edited_payload, r.payload) AS record, r.payload, r.payload_hash, r.occurrence
FROM sync_record_errors r
WHERE r.open_flag = 1
  AND ((r.stream IN %(streams)s AND r.code = 'EQUIPMENT_UNKNOWN'
        AND EXISTS (SELECT 1 FROM equipment e WHERE e.equipment_number = r.equipment_number))
    OR (r.code = 'PLANT_UNKNOWN'
        AND EXISTS (SELECT 1 FROM plants p WHERE p.created_at >= r.last_seen_at)))
ORDER BY r.stream, r.unit_key, r.id
LIMIT %(batch)s
