-- Purpose: open records whose plant is unknown, oldest first: the chosen ones, or (no_choice) all of them.
-- Parameters: streams, no_choice, ids, row_limit. Caller: cmms.quarantine.create_missing_plants.
SELECT id, stream, COALESCE(edited_payload, payload) AS record
FROM sync_record_errors
WHERE open_flag = 1 AND code = 'PLANT_UNKNOWN' AND stream IN %(streams)s
  AND (%(no_choice)s OR id IN %(ids)s)
ORDER BY id LIMIT %(row_limit)s
