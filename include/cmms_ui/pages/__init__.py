"""Pages, made from resources: the shell around all of them, the list, the record, the dashboard."""
