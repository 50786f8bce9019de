"""End what a killed demo left running, and nothing else.

Input: the record of process ids and start times that the demo keeps. Output: those processes are gone.
"""

from __future__ import annotations

import sys

from tools.processes import ProcessRecord
from tools.state_folder import find_state_folder


def main() -> int:
    """Stop leftovers and say what was stopped."""
    stopped = ProcessRecord(find_state_folder() / "demo-processes.json").stop_all()
    print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing of the demo is running.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
