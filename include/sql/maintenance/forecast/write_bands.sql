-- Purpose: tonight's band of a machine; its rates stay. Parameters: a row of equipment_forecasts without its rates.
-- Caller: cmms.maintenance.forecast.store_forecasts.
INSERT INTO equipment_forecasts
  (equipment_id, as_of, band_as_of, machine_class, low_short, low_mid, low_long, high_short, high_mid, high_long,
   reliable_days_short, reliable_days_mid, reliable_days_long, errors_short, errors_mid, errors_long)
VALUES (%(equipment_id)s, %(as_of)s, %(as_of)s, %(machine_class)s, %(low_short)s, %(low_mid)s, %(low_long)s,
  %(high_short)s, %(high_mid)s, %(high_long)s, %(reliable_days_short)s, %(reliable_days_mid)s, %(reliable_days_long)s,
  %(errors_short)s, %(errors_mid)s, %(errors_long)s)
ON DUPLICATE KEY UPDATE
  band_as_of = VALUES(band_as_of), machine_class = VALUES(machine_class), low_short = VALUES(low_short),
  low_mid = VALUES(low_mid), low_long = VALUES(low_long), high_short = VALUES(high_short), high_mid = VALUES(high_mid),
  high_long = VALUES(high_long), reliable_days_short = VALUES(reliable_days_short),
  reliable_days_mid = VALUES(reliable_days_mid), reliable_days_long = VALUES(reliable_days_long),
  errors_short = VALUES(errors_short), errors_mid = VALUES(errors_mid), errors_long = VALUES(errors_long)
