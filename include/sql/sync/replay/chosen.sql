-- Purpose: open rejected records to validate again, oldest day first; empty lists mean no restriction.
-- Parameters: all_codes, codes, all_ids, ids, streams, batch. Caller: cmms.sync.replay_rejects.
SELECT id, stream, unit_key, COALESCE(edited_payload, payload) AS record, payload, payload_hash, occurrence
FROM sync_record_errors
WHERE status IN ('open', 'acknowledged', 'retrying')
  AND (%(all_codes)s OR code IN %(codes)s)
  AND stream IN %(streams)s
  AND (%(all_ids)s OR id IN %(ids)s)
ORDER BY stream, unit_key, id
LIMIT %(batch)s
