"""After the chaos: the invariants of the design (1 to 13), each by a look of its own at what is left.

Input: a site that has recovered, the source, what readers and editors saw. Output: a list of :class:`Check`, each with
how it was done and the differences; none is right.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from cmms.sync.records import RunSummary, Scope
from cmms.sync.replay_rejects import replay_rejects
from cmms.sync.run_sync import run_sync
from tests.airflow.airflow_site import AirflowSite
from tests.chaos.changing_source import PAGE, ChangingSource
from tests.chaos.history import History, replay_history
from tests.chaos.journal import Journal
from tests.chaos.people import Editor
from tests.sync.compare import read_equipment, read_running_times
from tests.sync.site import Site
from tools.state_folder import REPOSITORY

GOOD = ("success", "partial")
_OWNED = ("is_active", "inactive_reason", "equipment_group_id", "group_source", "notes")


@dataclass
class Check:
    """One named look. ``how`` may hold what was counted."""

    name: str
    how: str
    differences: list[str] = field(default_factory=list)


class Checker:
    """Makes the last syncs, then all checks, in order."""

    def __init__(
        self, site: AirflowSite, source: ChangingSource, journal: Journal, editors: Sequence[Editor], rng: Random
    ) -> None:
        self.site, self.source, self.journal, self.editors, self.rng = site, source, journal, editors, rng
        self.checks: list[Check] = []

    def check(self) -> list[Check]:
        """Everything; the order matters, for the first ones sync again."""
        self._add(
            "synced once more", "snapshot and all days, by the engine: both runs succeed", _failed(self.sync_all())
        )
        self._same_again()
        self._any_order()
        self._replay_needs_no_request()
        history = replay_history(self.site, self.source)
        self._add(
            "tables equal the oracle's",
            f"{len(history.merges)} merges in the order of their commits, with the pages that each had landed, fed to"
            " tests/oracle: every column of both tables",
            self._differences_from(history),
        )
        self._conserved(history)
        self._nothing_dropped(history)
        self._atomic()
        self._add("6 complete or nothing", *self._complete(history))
        self._log_closed()
        self._one_writer(history)
        self._fresh()
        self._corrections()
        self._owners()
        self._exact(history)
        self._no_secret()
        self._nothing_left()
        self._verify()
        return self.checks

    def _add(self, name: str, how: str, differences: Sequence[str]) -> None:
        self.checks.append(Check(name, how, list(differences)))

    # ---- 1, 2: sync again

    def sync_all(self) -> list[RunSummary]:
        """The snapshot and all days, without a scheduler."""
        today = date.today()
        days = Scope("running_time", start_date=self.source.days[0], end_date=self.source.days[-1])
        return [
            run_sync(Scope("equipment", start_date=today, end_date=today), run_date=today),
            run_sync(days, run_date=today),
        ]

    def _same_again(self) -> None:
        before = self.site.dump()
        summaries = self.sync_all()
        self._add(
            "1 idempotent",
            "snapshot and all days once more: both tables byte for byte as before, id and updated_at included",
            _failed(summaries) + _changed(before, self.site.dump()),
        )

    def _any_order(self) -> None:
        before = self.site.dump()
        for day in (None, *self.source.days):
            records = self.source.newest(day)
            mixed = [*records, *self.rng.sample(records, len(records) // 4)]
            self.rng.shuffle(mixed)
            self.source.publish(day, mixed)
        summaries = self.sync_all()
        self._add(
            "2 order-independent",
            f"all records shuffled over the pages of {PAGE}, every fourth one twice, synced once more: both tables as"
            " before (first loads in any order are not done here: tests/sync/test_same_input_same_tables.py)",
            _failed(summaries) + _changed(before, self.site.dump()),
        )

    # ---- 3, 4

    def _conserved(self, history: History) -> None:
        logs = self.site.query(
            "SELECT l.id, l.records_processed, l.records_success, l.records_failed, COALESCE(SUM(u.fetched), 0) AS fetched,"
            " COALESCE(SUM(u.rejected), 0) AS rejected FROM api_sync_logs l LEFT JOIN sync_units u ON"
            " u.sync_log_id = l.id AND u.merged_at IS NOT NULL GROUP BY l.id"
        )
        wrong = [
            f"run {log['id']}: {log}"
            for log in logs
            if (log["records_processed"], log["records_failed"]) != (log["fetched"], log["rejected"])
            or log["records_processed"] != log["records_success"] + log["records_failed"]
        ]
        self._add(
            "3 conservation",
            "every outcome of every merge recounted by the oracle from the landed records; every log row the sum of its"
            " merged units",
            [*history.wrong_counts, *wrong],
        )

    def _nothing_dropped(self, history: History) -> None:
        wrong, looked = list(self._dropped), 0
        for (stream, unit_key), rejects in history.rejects.items():
            rows = self.site.query(
                "SELECT payload, code, rule, page, position, sync_log_id FROM sync_record_errors"
                " WHERE stream = %s AND unit_key = %s",
                stream,
                unit_key,
            )
            kept = Counter(bytes(row["payload"]) for row in rows if row["rule"] and row["page"] and row["sync_log_id"])
            expected = Counter(_raw(reject.payload) for reject in rejects)
            looked += len(rejects)
            lost = expected - kept
            wrong += [f"{stream} {unit_key}: {times} x {raw[:120]!r} is not kept" for raw, times in lost.items()]
            codes: defaultdict[bytes, set[str]] = defaultdict(set)
            for reject in rejects:
                codes[_raw(reject.payload)] |= reject.codes
            wrong += [
                f"{stream} {unit_key}: code {row['code']}, the oracle allows {sorted(codes[bytes(row['payload'])])}"
                for row in rows
                if bytes(row["payload"]) in codes and row["code"] not in codes[bytes(row["payload"])]
            ]
        self._add(
            "4 nothing dropped",
            f"the {looked} records that the oracle rejects in the newest merge of each unit are kept: payload, code, rule,"
            " run, page; all replayed without a request",
            wrong,
        )

    def _replay_needs_no_request(self) -> None:
        asked = self.source.simulator.request_count
        summaries = replay_rejects(user="chaos")
        self._dropped = _failed(summaries)
        if self.source.simulator.request_count != asked:
            self._dropped.append("replaying asked the source")
        if not summaries:
            self._dropped.append("there was nothing to replay: the check shows nothing")

    # ---- 5, 6

    def _atomic(self) -> None:
        counts = self.journal.counts
        looks, pages = counts["snapshots checked for half a merge"], counts["pages read in the view"]
        wrong = list(self.journal.failures)
        if not looks or not pages:
            wrong.append("no reader has looked")
        self._add(
            "5 atomic",
            f"{looks} snapshots during the chaos (readings = what the newest marker wrote, rejects = what it counted, no"
            f" reading without a marker, none gone, none older), {pages} pages of the view; at the end the oracle",
            wrong,
        )

    def _complete(self, history: History) -> tuple[str, list[str]]:
        wrong = list(history.wrong_pages)
        failed = self.site.query("SELECT error_class FROM api_sync_logs WHERE status = 'failed'")
        classes = ", ".join(f"{times} {name}" for name, times in Counter(row["error_class"] for row in failed).items())
        smallest = min((merge["fetched"] for merge in _snapshots(history)), default=0)
        if smallest < len(self.source.newest(None)) // 2:
            wrong.append(f"a snapshot of {smallest} records was merged")
        how = (
            "every merged page is one that the source served, every unit as long as one of its versions, no shrunken"
            f" snapshot merged; runs that failed instead: {classes or 'none'}"
        )
        return how, wrong

    # ---- 7, 8, 9, 10

    def _log_closed(self) -> None:
        wrong = [
            f"run {row['id']} is {row['status']}"
            for row in self.site.query(
                "SELECT id, status FROM api_sync_logs WHERE status NOT IN ('success', 'partial', 'failed', 'cancelled')"
                " OR sync_completed_at IS NULL OR level IS NULL"
            )
        ]
        abandoned = self.site.query(
            "SELECT l.id, EXISTS (SELECT 1 FROM alert_events e WHERE e.last_at >= l.sync_completed_at"
            " AND e.rule_key IN ('run_failed', 'database_unreachable')) AS was_told"
            " FROM api_sync_logs l WHERE l.error_class = 'Abandoned'"
        )
        wrong += [f"run {row['id']} was abandoned, and nobody was told" for row in abandoned if not row["was_told"]]
        kinds = self.site.query("SELECT trigger_kind, COUNT(*) AS runs FROM api_sync_logs GROUP BY trigger_kind")
        logs = ", ".join(f"{row['runs']} {row['trigger_kind']}" for row in kinds)
        self._add(
            "7 log always closed",
            f"log rows: {logs}; none open; {len(abandoned)} closed as abandoned, each told by an alert",
            wrong,
        )

    def _one_writer(self, history: History) -> None:
        wrong, newest = [], dict[tuple[str, str], int]()
        for merge in history.merges:
            unit = merge["stream"], merge["unit_key"]
            if merge["fence"] <= newest.get(unit, 0):
                wrong.append(
                    f"{unit} of run {merge['sync_log_id']} merged with fence {merge['fence']} after {newest[unit]}"
                )
            newest[unit] = merge["fence"]
        wrong += [
            f"run {row['sync_log_id']} merged {row['unit_key']} at {row['merged_at']}, after it was closed"
            for row in self.site.query(
                "SELECT u.sync_log_id, u.unit_key, u.merged_at FROM sync_units u JOIN api_sync_logs l"
                " ON l.id = u.sync_log_id WHERE u.merged_at > l.sync_completed_at"
            )
        ]
        self._add(
            "8 one writer, fenced",
            "fences of a unit grow from merge to merge, no run merged after its log row was closed (that two held a unit"
            " at once cannot be seen afterwards: tests/sync/test_one_writer.py)",
            wrong,
        )

    def _fresh(self) -> None:
        rows = self.site.query(
            "SELECT r.running_time_id AS id, t.api_created_at AS now, r.before_json->>'$.api_created_at' AS then_"
            " FROM equipment_running_time_revisions r JOIN equipment_running_times t ON t.id = r.running_time_id"
            " WHERE CAST(r.before_json->>'$.api_created_at' AS DATETIME(3)) > t.api_created_at"
        )
        revisions = self.site.value("SELECT COUNT(*) FROM equipment_running_time_revisions")
        self._add(
            "9 freshness",
            f"no stored reading is older than one of its {revisions} former versions (nor than any snapshot of the reader)",
            [f"reading {row['id']}: {row['now']} replaced {row['then_']}" for row in rows],
        )

    def _corrections(self) -> None:
        wrong, revised = [], 0
        for stream, table in (
            ("equipment", "equipment_revisions"),
            ("running_time", "equipment_running_time_revisions"),
        ):
            rows = self.site.query(
                "SELECT u.sync_log_id, SUM(u.updated) AS updated,"
                f" (SELECT COUNT(*) FROM {table} r WHERE r.sync_log_id = u.sync_log_id) AS kept FROM sync_units u"
                " WHERE u.stream = %s AND u.merged_at IS NOT NULL GROUP BY u.sync_log_id",
                stream,
            )
            revised += sum(int(row["kept"]) for row in rows)
            wrong += [f"{stream}: {row}" for row in rows if int(row["updated"]) != row["kept"]]
        if not revised:
            wrong.append("nothing was corrected: the check shows nothing")
        self._add(
            "10 corrections",
            f"each run kept as many revisions ({revised} in all) as it updated rows; marks of following days are the"
            " oracle's and verify's; that none cascades into rejections: the oracle's counts of rejected",
            wrong,
        )

    # ---- 11, 12, 13

    def _owners(self) -> None:
        rows = {row["id"]: row for row in self.site.query(f"SELECT id, {', '.join(_OWNED)} FROM equipment")}
        audits: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in self.site.query(
            "SELECT entity_id, actor, after_json FROM audit_log WHERE entity = 'equipment' ORDER BY id"
        ):
            audits[int(row["entity_id"])].append(row)
        wrong = []
        for key, row in rows.items():
            if not audits[key]:
                if row["is_active"] != 1 or row["notes"] or row["group_source"] == "manual":
                    wrong.append(f"machine {key} was edited by nobody and is {row}")
                continue
            after = json.loads(audits[key][-1]["after_json"])
            names = [
                name
                for name in _OWNED
                if after["group_source"] == "manual" or not name.endswith(("group_id", "source"))
            ]
            if any(row[name] != after[name] for name in names):
                wrong.append(f"machine {key} is {row}, the last edit left {after}")
        for editor in self.editors:
            for key, times in editor.saved.items():
                kept = sum(audit["actor"] == editor.name for audit in audits[key])
                if not times <= kept <= times + editor.unsure:
                    wrong.append(f"machine {key}: {editor.name} saved {times} times, {kept} are in the audit log")
        saved = sum(sum(editor.saved.values()) for editor in self.editors)
        self._add(
            "11 owners",
            f"{saved} edits of {len(self.editors)} people: active, reason, notes and a group by hand are as the last one"
            " left them (audit log), every confirmed edit is there; the source's fields are the oracle's",
            wrong if saved else [*wrong, "nothing was edited: the check shows nothing"],
        )

    def _exact(self, history: History) -> None:
        found, expected = read_running_times(self.site), history.oracle.running_times
        wrong = [
            f"{key}: {row.running_hours}, {row.cumulative_hours}; the oracle {expected.get(key)}"
            for key, row in found.items()
            if key not in expected
            or (str(row.running_hours), str(row.cumulative_hours))
            != (f"{expected[key].running_hours:.3f}", f"{expected[key].cumulative_hours:.3f}")
        ]
        floats = self.site.query(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
            " AND data_type IN ('float', 'double') AND column_name LIKE '%hours%'"
        )
        numbers = set(read_equipment(self.site)) ^ set(history.oracle.equipment)
        self._add(
            "12 exact",
            f"hours and counters of {len(found)} readings digit by digit as the oracle's (written as numbers, texts, with"
            " exponents); no float column of hours; equipment numbers character by character",
            [*wrong, *(str(row) for row in floats), *(f"number {number!r}" for number in sorted(numbers))],
        )

    def _no_secret(self) -> None:
        secrets = (self.source.simulator.config.token, self.site.slack.url.rpartition("/")[2])
        asked = [request for request in self.source.simulator.requests if secrets[0] in str(request.headers)]
        wrong = [] if asked else ["the source was never asked with the secret: the check shows nothing"]
        files = [*self.site.folder.glob("programs/*.log"), *self.site.folder.glob("airflow/logs/**/*.log")]
        texts = {str(file.name): file.read_text(errors="replace") for file in files}
        texts["Slack messages"] = json.dumps(self.site.slack.bodies)
        wrong += [f"{name} holds a secret" for name, text in texts.items() if any(secret in text for secret in secrets)]
        metadata = Site(self.source.simulator, self.site.metadata, self.site.folder)
        for place, tables in (
            (self.site, ""),
            (metadata, " AND table_name IN ('xcom', 'log', 'rendered_task_instance_fields')"),
        ):
            wrong += _columns_with(place, tables, secrets)
        status = self.site.query(
            "SELECT l.id, l.status FROM api_sync_logs l WHERE l.sync_type IN ('equipment', 'running_time') AND"
            " (l.status IN ('success', 'partial')) <> (l.error_message IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM sync_units u WHERE u.sync_log_id = l.id AND u.merged_at IS NULL))"
        )
        wrong += [f"run {row['id']} is {row['status']}, its units tell otherwise" for row in status]
        broken = self.journal.counts["Slack out of order"]
        self._add(
            "13 no secret; alerts harmless",
            f"token and webhook in none of {len(files)} log files, {len(self.site.slack.bodies)} messages, no text column"
            f" of the CMMS, no XCom; with Slack broken {broken} times each run's status still follows from its units",
            wrong,
        )

    # ---- the end

    def _nothing_left(self) -> None:
        leases = self.site.value("SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL")
        wrong = [f"staging table {name}" for name in self.site.stages()]
        wrong += [f"{leases} leases are held"] if leases else []
        self._add("nothing left", "no staging table, no held lease", wrong)

    def _verify(self) -> None:
        command = [sys.executable, "-m", "cmms", "verify"]
        done = subprocess.run(command, env=self.site.environment, cwd=REPOSITORY, capture_output=True, text=True)
        wrong = [] if done.returncode == 0 else [*done.stdout.splitlines()[-20:], *done.stderr.splitlines()[-5:]]
        last = (done.stdout.strip().splitlines() or [""])[-1]
        self._add("verify", f"`python -m cmms verify`: {last}", wrong)

    def _differences_from(self, history: History) -> list[str]:
        tables: tuple[tuple[Callable[[Site], dict[Any, Any]], dict[Any, Any]], ...] = (
            (read_equipment, history.oracle.equipment),
            (read_running_times, history.oracle.running_times),
        )
        wrong = []
        for read, expected in tables:
            found = read(self.site)
            wrong += [
                f"{key!r}: stored {found.get(key)}, the oracle {expected.get(key)}"
                for key in sorted(found.keys() | expected.keys(), key=str)
                if found.get(key) != expected.get(key)
            ]
        return wrong


def _snapshots(history: History) -> list[dict[str, Any]]:
    return [merge for merge in history.merges if merge["sync_type"] == "equipment"]


def _failed(summaries: Sequence[RunSummary]) -> list[str]:
    return [
        f"{summary.sync_type} ended as {summary.status}: {summary.error_message}"
        for summary in summaries
        if summary.status not in GOOD
    ]


def _changed(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[str]:
    return [
        f"{table}: {row}"
        for table, rows in before.items()
        for row in sorted({*map(repr, rows)} ^ {*map(repr, after[table])})
    ]


def _columns_with(place: Site, tables: str, secrets: Sequence[str]) -> list[str]:
    """Text columns of a schema that hold a secret."""
    columns = place.query(
        "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE() AND"
        " data_type IN ('char', 'varchar', 'text', 'mediumtext', 'longtext', 'json', 'blob', 'mediumblob', 'longblob')"
        + tables
    )
    return [
        f"{column['t']}.{column['c']} holds a secret"
        for column in columns
        for secret in secrets
        if place.value(
            f"SELECT COUNT(*) FROM `{column['t']}` WHERE INSTR(CONVERT(`{column['c']}` USING utf8mb4), %s) > 0", secret
        )
    ]


def _raw(payload: str | bytes) -> bytes:
    return payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")
