"""``cmms uninstall``: takes CMMS Sync out of Airflow. Data stay unless told otherwise.

Input: whether tables and stored files are to be dropped. Output: what was removed, and what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable

from cmms.errors import AskPerson
from cmms.operations.installation.prepare_airflow import delete_dags, delete_pool, list_running_dags, pause_dags
from cmms.package_files import is_wheel
from cmms.settings import POOL, load_settings
from cmms.settings.settings_file import site_folder


def uninstall_site(*, drops_data: bool, say: Callable[[str], None] = print) -> None:
    """Pause and delete our DAGs, delete the pool, and drop the data where told so.

    Raises:
        AskPerson: tasks of ours are running. The DAGs are paused then, and nothing else has changed.
    """
    pause_dags()
    if running := list_running_dags():
        raise AskPerson(f"tasks are still running: {', '.join(running)}; wait for them or stop them, then try again")
    say(f"DAGs deleted with their runs: {', '.join(delete_dags()) or 'none'}")
    say(f"pool {POOL}: {'deleted' if delete_pool() else 'was not there'}")
    if drops_data:
        _drop_data(say)
    else:
        say(f"kept: the tables, the storage, the connections cmms_*, and {site_folder()}")
    say(_what_is_left())


def _drop_data(say: Callable[[str], None]) -> None:
    from cmms import migrations
    from cmms.storage import CACHE, RUNS, Storage

    storage = Storage(load_settings().storage)
    migrations.downgrade("base")
    for folder in (RUNS, CACHE):
        storage.delete_folder(folder)
    say(f"dropped: all tables of CMMS Sync with their data, and the files below {storage.base}")
    say(f"kept: the connections cmms_*, and {site_folder()}")


def _what_is_left() -> str:
    if is_wheel():
        return (
            "next: remove the DAG bundle or the loader file from Airflow, run `pip uninstall cmms-sync`, restart"
            " Airflow's services"
        )
    return "next: remove our files from the folders dags, plugins, include and config, restart Airflow's services"
