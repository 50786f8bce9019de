"""Run by the site's own Python: ``run_commands.py '[["db", "migrate"], ...]'`` runs commands of Airflow in one process.

Each would take seconds to load Airflow. Imports nothing of this repository.
"""

import json
import sys

from airflow.cli.cli_parser import get_parser

for command in json.loads(sys.argv[1]):
    print("airflow", *command[:2], flush=True)
    arguments = get_parser().parse_args(command)
    arguments.func(arguments)
