-- Purpose: tonight's rates of a machine; its band stays. Parameters: a row of equipment_forecasts without its band.
-- Caller: cmms.maintenance.forecast.store_forecasts.
INSERT INTO equipment_forecasts (equipment_id, as_of, newest_date, rate_short, rate_mid, rate_long, basis, reason)
VALUES (%(equipment_id)s, %(as_of)s, %(newest_date)s, %(rate_short)s, %(rate_mid)s, %(rate_long)s, %(basis)s, %(reason)s)
ON DUPLICATE KEY UPDATE
  as_of = VALUES(as_of), newest_date = VALUES(newest_date), rate_short = VALUES(rate_short), rate_mid = VALUES(rate_mid),
  rate_long = VALUES(rate_long), basis = VALUES(basis), reason = VALUES(reason)
