"""### Setup: the same as `cmms init`, for an Airflow without a shell. Manual.

1. **prepare** - checks connections, privileges and write access to the storage; creates or migrates the
   tables; adds the plants of the trigger form
2. **diagnose** - checks everything that the syncs need; its log has one line per check, with a remedy

Trigger it after each installation and upgrade. Tasks cannot create pools: create the pool `cmms_sync` under
*Admin > Pools*, with 4 slots. It does not change what exists already.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Param, task

from cmms.dag_tasks import dag_defaults

_, zone = dag_defaults.read_site()

with DAG(
    dag_id="cmms_setup",
    description="Creates or migrates the tables, adds plants, diagnoses the site",
    doc_md=__doc__,
    tags=["cmms", "upkeep"],
    params={
        "plants": Param(
            [],
            type=["array", "null"],
            items={"type": "string", "minLength": 1},
            title="Plants",
            description="One per line: code,name. Existing plants are not changed.",
        ),
    },
    default_args={"owner": "cmms", "retries": 0},
    dagrun_timeout=timedelta(hours=2),
    **dag_defaults.manual_arguments(zone),
):

    @task
    def prepare(**context: Any) -> None:
        """All steps of the setup that a task can do."""
        from cmms.dag_tasks.check_conf import check_conf
        from cmms.operations.installation.init_site import prepare_database, prepare_storage
        from cmms.seed_plants import add_plants, read_plants

        check_conf(context["dag_run"].conf, ("plants",))
        prepare_storage()
        prepare_database()
        if lines := context["params"]["plants"]:
            print(f"plants: {add_plants(read_plants(['plant_code,name', *lines], origin='the trigger form'))} added")

    @task
    def diagnose() -> None:
        """Fails if a check fails; the log lists all checks."""
        from airflow.sdk.exceptions import AirflowFailException

        from cmms.operations.diagnose import print_report, run_diagnosis

        report = run_diagnosis()
        print_report(report)
        if report.failed:
            raise AirflowFailException("the diagnosis found problems: see this log")

    prepare() >> diagnose()
