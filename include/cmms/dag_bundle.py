"""Our DAGs as a bundle, for ``[dag_processor] dag_bundle_config_list``: nothing to copy, always of this version.

::

    {"name": "cmms", "classpath": "cmms.dag_bundle.CmmsDagBundle", "kwargs": {}}
"""

from __future__ import annotations

from typing import Any

from airflow.dag_processing.bundles.local import LocalDagBundle

from cmms.package_files import find_folder


class CmmsDagBundle(LocalDagBundle):
    """The folder of DAG files that comes with the package."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(path=str(find_folder("dags")), **kwargs)
