"""CMMS Sync for Airflow: brings equipment and running hours from an ERP's HTTP API into the CMMS's MySQL.

Where to look: ``settings`` (what can be configured), ``api`` (the HTTP client), ``sync`` (one file per step),
``alerts`` (who hears of what), ``migrations`` (the tables), ``simulator`` (the demo's source API), ``cli``.
"""

import os

# The allocator of polars keeps what was freed, for later: a sync would hold about 100 MB that it does not use. It looks
# here when polars is loaded, so this has to come before.
os.environ.setdefault("_RJEM_MALLOC_CONF", "background_thread:true,dirty_decay_ms:0,muzzy_decay_ms:0")
