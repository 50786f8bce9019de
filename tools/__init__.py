"""Bootstrap of a bare machine: setup, private database servers, the demo."""
