"""What ``make bench`` runs: ratios taken in one run on one machine, never timed tests (docs/performance.md)."""

from pathlib import Path

RESULTS = Path(__file__).parent / "results"
