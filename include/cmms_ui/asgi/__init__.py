"""What stands between Airflow and the view: mount, guard, rights, policy, refusals, push."""
