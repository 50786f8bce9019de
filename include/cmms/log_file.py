"""The engine's log as a file of JSON lines, for sites that collect logs; needs no database.

Input: the file named by ``CMMS_LOG_FILE`` (no such variable: no file). Output: a line per record of the loggers
``cmms`` and ``cmms.events`` (the events of runs) with time, level, logger, message and what is bound around the work:
``sync_log_id``, and in Airflow DAG, run, task and try. The file is rotated at 10 MB, five old ones are kept; the
processes of one machine may share it.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path

log = logging.getLogger(__name__)

VARIABLE = "CMMS_LOG_FILE"
_MAX_BYTES = 10_000_000
_OLD_FILES = 5


@cache
def log_to_file() -> None:
    """Begin to write, once in a process. Where no file can be written, that is said, and the work goes on without."""
    if not (path := os.environ.get(VARIABLE)):
        return
    import structlog
    from concurrent_log_handler import ConcurrentRotatingFileHandler

    try:
        with Path(path).open("a", encoding="utf-8"):
            pass
    except OSError as error:
        log.warning("%s: no log file can be written there: %s", VARIABLE, error)
        return
    handler = ConcurrentRotatingFileHandler(path, maxBytes=_MAX_BYTES, backupCount=_OLD_FILES, encoding="utf-8")
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.ExtraAdder(["sync_log_id"]),
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    for name in ("cmms", "cmms.events"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
