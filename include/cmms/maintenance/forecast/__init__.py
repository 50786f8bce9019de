"""When a machine will reach its next service: rates, a date, a band around it, and the back-test that proves the band.

Pure: arrays with one row a machine, neither Airflow nor a database. ``forecast_one`` does the same for one machine in
Decimal and is what the arrays are compared with. See docs/decisions/0038.
"""
