"""Installing and removing CMMS Sync at a site: what ``cmms init``, ``cmms uninstall`` and the DAG ``cmms_setup`` do."""
