"""An Airflow home of its own with a real metadata database, and commands run in it as an administrator runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class InstalledAirflow:
    """One Airflow home; nothing of the environment's own Airflow or connections is seen in it."""

    home: Path

    def run(self, *words: str, code: int = 0, answer: str = "", **environment: str) -> str:
        """What a command prints, error output included; it must end with this exit code."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CMMS_", "AIRFLOW"))}
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.home,
            env={
                **inherited,
                "PYTHONPATH": str(REPOSITORY / "include"),
                "AIRFLOW_HOME": str(self.home),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
                "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.home / "plugins"),
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home}/airflow.db",
                "AIRFLOW__CORE__FERNET_KEY": "",
                **environment,
            },
            input=answer,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def add_connections(self, connections: dict[str, dict[str, Any]]) -> None:
        """Store connections in the metadata database."""
        file = self.home / "connections.json"
        file.write_text(json.dumps(connections), encoding="utf-8")
        self.run("airflow", "connections", "import", "--overwrite", str(file))
