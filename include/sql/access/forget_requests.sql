-- Purpose: nobody repeats a request of yesterday. Parameters: none. Caller: cmms.access.answer_request.
DELETE FROM action_requests WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY ORDER BY created_at LIMIT 200
