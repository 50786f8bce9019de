"""Each planted fault gives one line that names it and says what to do; a good site gives none."""

from __future__ import annotations

import pytest

from tests.diagnosis.conftest import DiagnosedSite, bad_lines


@pytest.mark.usefixtures("airflow_metadata")
def test_a_good_site_has_nothing_to_mend(site: DiagnosedSite) -> None:
    report = site.diagnose()
    assert bad_lines(report) == []
    assert [line for line in report.lines if line.status == "skip"] == []
