"""A server whose own defaults are hostile changes nothing: not strict, latin1, another zone, 1 MiB packets, no LOAD DATA.

Nor does one that would make other tables, forbids some, replicates by statements, or counts ids in steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cmms.database import session
from tests.oracle import Oracle, OracleRules
from tests.oracle.generate import RecordGenerator
from tests.sync.compare import assert_same_counts, assert_same_rejects, assert_same_tables
from tests.sync.conftest import migrate
from tests.sync.records import machine, reading
from tests.sync.site import DAY, PLANTS, RUN_DATE, Site
from tools.database_server import PrivateServer, obtain_server

HOSTILE = (
    "--sql-mode=", "--character-set-server=latin1", "--collation-server=latin1_swedish_ci", "--default-time-zone=+05:30",
    "--max-allowed-packet=1M", "--local-infile=OFF", "--transaction-isolation=READ-UNCOMMITTED",
    "--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=64M",
    "--default-storage-engine=MyISAM", "--innodb-default-row-format=COMPACT", "--default-tmp-storage-engine=MyISAM",
    "--log-bin=changes", "--binlog-format=STATEMENT", "--auto-increment-increment=7", "--auto-increment-offset=3",
)  # fmt: skip
OWN = {
    "mysql": (
        "--server-id=1", "--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--sql-require-primary-key=ON",
        "--sql-generate-invisible-primary-key=ON", "--innodb-strict-mode=OFF",
    ),
    "mariadb": ("--server-id=1", "--gtid-strict-mode=ON", "--lower-case-table-names=1", "--innodb-force-primary-key=ON"),
}  # fmt: skip


@pytest.fixture(scope="module", params=["mysql", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def hostile(request: pytest.FixtureRequest, run_folder: Path, make_database: Callable[..., Any]) -> Iterator[Any]:
    options = (*HOSTILE, *OWN[request.param])
    server = PrivateServer(obtain_server(request.param), run_folder / f"hostile-{request.param}", extra_options=options)
    server.start()
    yield migrate(make_database(server))
    server.stop()


@pytest.mark.feature("STK-04", "STK-08", "TEST-14", "MAP-04", "MAP-08")
def test_a_nasty_feed_ends_as_the_oracle_says(
    make_site: Callable[..., Site], hostile: Any, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(hostile)
    assert "latin1" in site.value("SELECT @@GLOBAL.character_set_server")
    feed = RecordGenerator(31, 800, PLANTS[:2], defect_rate=0.2, duplicate_rate=0.05)
    oracle = Oracle(OracleRules(empty_payload_fails=False, missing_field_fails=False), plants=PLANTS)
    for day in (None, DAY):
        before = len(oracle.rejects)
        if day is None:
            summary = site.sync_equipment(feed.equipment())
            oracle.sync_equipment(feed.equipment(), RUN_DATE)
        else:
            summary = site.sync_day(day, feed.running_times(day))
            oracle.sync_running_time(day, feed.running_times(day), RUN_DATE)
        assert summary.status == "partial", site.value("SELECT stack_trace FROM api_sync_logs ORDER BY id DESC LIMIT 1")
        assert_same_tables(site, oracle)
        assert_same_rejects(site, summary, oracle.rejects[before:])
        assert_same_counts(summary, oracle)
    told = [record.getMessage() for record in caplog.records if "LOAD DATA LOCAL is not allowed" in record.getMessage()]
    assert len(told) == 2  # once a run
    started = site.value("SELECT TIMESTAMPDIFF(MINUTE, MIN(created_at), UTC_TIMESTAMP()) FROM equipment_running_times")
    assert 0 <= started < 30  # UTC, though the server's clock shows +05:30


@pytest.mark.feature("SRC-10")
def test_every_table_has_the_engine_and_the_row_format_that_it_needs(
    make_site: Callable[..., Site], hostile: Any
) -> None:
    site = make_site(hostile)
    made = site.query(
        "SELECT table_name AS name, engine AS engine, row_format AS format FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
    )
    assert {"plants", "cmms_alembic_version"} <= {row["name"] for row in made}
    assert {(row["engine"], row["format"]) for row in made} == {("InnoDB", "Dynamic")}


@pytest.mark.feature("STK-08", "SYNC-06", "SYNC-11")
def test_long_texts_and_big_rejects_fit_through_small_packets(make_site: Callable[..., Site], hostile: Any) -> None:
    site = make_site(hostile)
    numbers = [f"{number:04d}" for number in range(900)]
    site.sync_equipment([machine(number, EQKTU="😀" * 255) for number in numbers])
    bad = [reading(f"GHOST {number}", MDTXT="ж" * 2000) for number in range(600)]
    huge = reading("GIANT", MDTXT="x" * 600_000)
    summary = site.sync_day(DAY, [*(reading(number, MDTXT="ж" * 2000) for number in numbers), *bad, huge])
    assert (summary.status, summary.counts.inserted, summary.counts.rejected) == ("partial", 900, 601), (
        summary.error_message
    )
    assert site.value("SELECT MIN(CHAR_LENGTH(description)) FROM equipment_running_times") == 2000
    assert site.value("SELECT MAX(LENGTH(payload)) FROM sync_record_errors") == len(huge)


@pytest.mark.feature("STK-08")
def test_a_session_goes_by_its_own_checks_waits_and_isolation(make_site: Callable[..., Site], hostile: Any) -> None:
    site = make_site(hostile)
    wrong = {"foreign_key_checks": 0, "unique_checks": 0, "innodb_lock_wait_timeout": 1, "lock_wait_timeout": 1}
    own = {"foreign_key_checks": 1, "unique_checks": 1, "innodb_lock_wait_timeout": 30, "lock_wait_timeout": 30}
    for name, value in wrong.items():
        site.execute(f"SET GLOBAL {name} = {value}")
    with session() as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join('@@SESSION.' + name for name in own)}")
        assert dict(zip(own, cursor.fetchone(), strict=True)) == own
        is_mariadb = "MariaDB" in connection.get_server_info()
        cursor.execute(f"SELECT @@SESSION.{'tx_isolation' if is_mariadb else 'transaction_isolation'}")
        assert cursor.fetchone() == ("REPEATABLE-READ",)
