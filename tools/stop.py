"""End the demo, whether it runs in another terminal or was killed and left programs behind; and nothing else.

Input: the lock that a running demo holds, the record of process ids and start times that it keeps, and the variable
that all its processes carry. Output: all of them have ended. Standard library only: it works without `.venv`.
"""

from __future__ import annotations

import sys

from tools.demo_lock import stop_running_demo
from tools.demo_settings import find_demo_mark
from tools.processes import ProcessRecord, stop_leftovers
from tools.state_folder import BootstrapError, find_state_folder


def main() -> int:
    """Stop everything and say what was stopped."""
    try:
        was_running = stop_running_demo()
    except BootstrapError as error:
        print(f"stop: {error}", file=sys.stderr)
        return 1
    if was_running:
        print("The demo that was running has stopped.")
    left = stop_leftovers(ProcessRecord(find_state_folder() / "demo-processes.json"), find_demo_mark())
    if left:
        print(f"Stopped what an earlier demo had left: {', '.join(left)}.")
    elif not was_running:
        print("Nothing of the demo is running.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
