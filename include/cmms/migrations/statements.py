"""Run the statements of one file in ``include/sql/schema`` inside a migration."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from cmms.database import load_sql


def run_file(name: str) -> None:
    """Execute each statement of ``include/sql/schema/<name>.sql`` in order."""
    for statement in load_sql(f"schema/{name}").split(";\n"):
        if statement.strip():
            op.execute(text(statement.strip().replace(":", r"\:")))
