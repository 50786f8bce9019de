"""What widgets and reports show: one function a figure."""
