"""``python -m tests.plugins.fab_site``: make Airflow's database ready for FAB, by the commands that an operator calls.

Roles and their permissions are those that FAB makes itself; each of them gets a user of the same name in small letters.
One process for all commands: each would take seconds to load Airflow.
"""

from __future__ import annotations

import sys

from tests.plugins.view_site import PASSWORD

ROLES = {"nothing": "Public", "viewer": "Viewer", "user": "User", "op": "Op", "admin": "Admin"}


def main() -> None:
    """Run the commands; raises what they raise."""
    from airflow.cli.cli_parser import get_parser

    commands = [["db", "migrate"], ["fab-db", "migrate"], ["dags", "reserialize"], ["sync-perm"]]
    for user, role in ROLES.items():
        person = ["--firstname", user, "--lastname", "Test", "--email", f"{user}@localhost.test"]
        commands.append(["users", "create", "--username", user, "--role", role, "--password", PASSWORD, *person])
    for command in commands:
        print(f"airflow {' '.join(command[:2])}", flush=True)
        arguments = get_parser().parse_args(command)
        arguments.func(arguments)


if __name__ == "__main__":
    sys.exit(main())
