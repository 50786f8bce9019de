"""CMMS Sync for Airflow: brings equipment and running hours from an ERP's HTTP API into the CMMS's MySQL.

Where to look: ``settings`` (what can be configured), ``source`` (the HTTP client), ``sync`` (one file per step),
``alerts`` (who hears of what), ``operations`` (watchdog, verify, diagnosis), ``migrations`` (the tables), ``simulator``
(the demo's source API), ``cli``. What people do in the view: ``access``, ``listing``, ``equipment``, ``quarantine``,
``run_control``, ``maintenance``, ``figures``.
"""

import ctypes
import gc
import os

# Allocators keep what was freed, for later: a sync of 100,000 records would hold about 300 MB that it does not use.
# That of polars looks here when polars is loaded, so this has to come before.
os.environ.setdefault("_RJEM_MALLOC_CONF", "background_thread:true,dirty_decay_ms:0,muzzy_decay_ms:0")
# Arrow's own is no quicker here, and keeps some 40 MB more.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
# The C library's has a heap per thread, and raises by itself the size from which on memory is given back at once. To
# give back every little block is no better: fetching its pages anew took a third of the engine's processor time. So:
# two heaps, 32 MiB kept in each, and given back at once from 16 MiB on.
# Numbers: malloc.h of glibc (M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD); other C libraries have no mallopt.
_C = ctypes.CDLL(None)
if mallopt := getattr(_C, "mallopt", None):
    mallopt(-8, 2)
    mallopt(-1, 32 * 1024 * 1024)
    mallopt(-3, 16 * 1024 * 1024)


def give_back_memory() -> None:
    """Free objects that only refer to each other, and give the system the holes that are left between others.

    Both take milliseconds. Great Expectations leaves whole tables in such cycles, which Python alone finds too late.
    """
    gc.collect()
    if malloc_trim := getattr(_C, "malloc_trim", None):
        malloc_trim(0)
