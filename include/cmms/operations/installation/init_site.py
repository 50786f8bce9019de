"""``cmms init``: from an installed package to a site that can sync. Doing it again changes nothing that is there.

Input: Airflow's connections and, once, a list of plants. Output: settings files, pool, storage, tables and plants, each
step printed; at the end the diagnosis. ``cmms_setup`` does the steps that a task may do.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cmms.airflow_connections import UNREADABLE
from cmms.errors import DatabaseRefused, SettingsError
from cmms.operations.installation.prepare_airflow import POOL_SLOTS, create_pool, list_missing_connections
from cmms.operations.installation.write_site_files import write_site_files
from cmms.settings import POOL, load_settings
from cmms.settings.settings_file import DEFAULT_FILE, PLANTS_NAME, find_plants_file, find_settings_file, site_folder

Say = Callable[[str], None]


def init_site(*, plants: Path | None = None, say: Say = print) -> bool:
    """Do every step, then run the diagnosis.

    Returns:
        Whether all is well, but for what comes with the DAGs and the restart.

    Raises:
        SettingsError: connections are missing; all of them are named.
        DatabaseRefused: privileges are missing; each is named with its GRANT.
    """
    written = write_site_files(plants)
    for file in written:
        say(f"written: {file}")
    if plants and (own := site_folder() / PLANTS_NAME) not in written:
        say(f"not copied: {plants}, for {own} is there; to add its plants: cmms seed --plants {plants}")
    say(f"settings of this site: {find_settings_file()}; plants: {find_plants_file()}")
    say(f"pool {POOL}: {f'created with {POOL_SLOTS} slots' if create_pool() else 'is there'}")
    if missing := list_missing_connections():
        raise SettingsError(
            f"not defined: {' and '.join(missing)}. Define these Airflow connections (Admin > Connections, `airflow"
            f" connections add`, or a secrets backend), then run cmms init again. {UNREADABLE}"
        )
    prepare_storage(say)
    prepare_database(say)
    return _diagnose(say)


def prepare_storage(say: Say = print) -> None:
    """Write and remove a file where the tasks hand over.

    Raises:
        StorageUnavailable: it cannot be written.
    """
    from cmms.storage import Storage

    storage = Storage(load_settings().storage)
    storage.write_bytes("init", b"cmms init")
    storage.delete_file("init")
    say(f"storage {storage.base}: can be written")


def prepare_database(say: Say = print) -> None:
    """Check privileges, migrate, add plants.

    Raises:
        DatabaseRefused: a privilege is missing.
        DatabaseUnavailable: the server does not answer.
    """
    from cmms import migrations
    from cmms.operations.diagnosis.check_privileges import check_privileges
    from cmms.operations.diagnosis.site import Site

    missing = [finding for finding in check_privileges(Site()) if finding.status == "fail"]
    if missing:
        raise DatabaseRefused("; ".join(f"{finding.name} is {finding.found}: {finding.remedy}" for finding in missing))
    migrations.upgrade()
    say("tables: up to date")
    _seed(say)


def _seed(say: Say) -> None:
    from cmms.seed_plants import seed_plants

    file = find_plants_file()
    if file.parent == DEFAULT_FILE.parent and file.parent != site_folder():
        say("plants: no list of this site; the package's own is the demo's and was not used")
        return
    count = seed_plants(file)
    say(f"plants: {count} of {file}")
    if not count:
        say(f"  records of unknown plants are rejected: list yours in {file}, then run cmms init again")


def _diagnose(say: Say) -> bool:
    from cmms.operations.diagnose import ReportPrinter, run_diagnosis

    printer = ReportPrinter()
    report = run_diagnosis(on_line=printer.add)
    printer.finish(report)
    failed = {line.group for line in report.lines if line.status == "fail"}
    if "airflow" in failed:
        say("What fails under Airflow above comes with the DAGs and the restart; `cmms diagnose` checks it again.")
    return failed <= {"airflow"}
