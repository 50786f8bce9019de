"""CMMS Sync for Airflow: brings equipment and running hours from an ERP's HTTP API into the CMMS's MySQL.

Where to look: ``settings`` (what can be configured), ``api`` (the HTTP client), ``sync`` (one file per step),
``alerts`` (who hears of what), ``migrations`` (the tables), ``simulator`` (the demo's source API), ``cli``.
"""
