"""Run `cmms diagnose` on the demo, as an administrator would on a new site, and show what is not as it should be.

Input: the environment of the demo's programs. Output: a line for each check that warns or fails, and the count.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping

from rich.text import Text

from tools.programs import Screen, program_of_venv
from tools.state_folder import REPOSITORY

_WORDS = {"pass": "passed", "warn": "with a warning", "fail": "failed", "skip": "skipped"}
_STYLES = {"warn": "yellow", "fail": "bold red"}


def show_diagnosis(environment: Mapping[str, str], screen: Screen) -> bool:
    """Diagnose the demo; return whether no check failed."""
    command = [program_of_venv("python"), "-m", "cmms", "diagnose", "--json"]
    done = subprocess.run(command, cwd=REPOSITORY, env=dict(environment), capture_output=True, text=True)
    try:
        lines = json.loads(done.stdout)["lines"]
    except (ValueError, KeyError):
        screen.console.print(f"The diagnosis itself failed: {done.stderr.strip()[-500:]}", style="red", markup=False)
        return False
    counts = Counter(line["status"] for line in lines)
    told = ", ".join(f"{counts[status]} {word}" for status, word in _WORDS.items() if counts[status])
    screen.console.print(f"\nDiagnosis    {told}", markup=False)
    for line in lines:
        if line["status"] in _STYLES:
            screen.console.print(
                Text(f"  {line['status']}  {line['name']}: {line['found']}", style=_STYLES[line["status"]])
            )
            screen.console.print(Text(f"        {line['remedy']}"))
    return done.returncode == 0
