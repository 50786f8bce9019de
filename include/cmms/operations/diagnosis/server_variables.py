"""Group *database*, variables: which settings of the server stand in our way, and which do our sessions override?

Input: the server's global values and those of one of our own sessions. A global value that would cut or change results
is harmless as long as our session has its own; so the session decides, and the global one is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cmms.database import Connection, query, session
from cmms.operations.diagnosis.lines import Finding
from cmms.operations.diagnosis.site import Site

_MIB = 1024**2
_UNLIMITED = 10**15
_ALWAYS_SET = frozenset({"autocommit", "time_zone", "character_set_client"})
"""Every client sets them for itself: what the server would say is not worth a word."""


@dataclass(frozen=True)
class SessionRule:
    """What a variable of our session must be, and what goes wrong otherwise."""

    is_good: Callable[[str], bool]
    harm: str


def _is_off(value: str) -> bool:
    return value.upper() in ("OFF", "0", "NO", "")


def _is_on(value: str) -> bool:
    return value.upper() in ("ON", "1", "YES")


def _at_least(lowest: int) -> Callable[[str], bool]:
    return lambda value: float(value) >= lowest


SESSION_RULES: Mapping[str, SessionRule] = {
    "sql_select_limit": SessionRule(_at_least(_UNLIMITED), "results would be cut"),
    "sql_big_selects": SessionRule(_is_on, "large joins would be refused"),
    "sql_safe_updates": SessionRule(_is_off, "updates of many rows would be refused"),
    "sql_auto_is_null": SessionRule(_is_off, "comparisons with null would find other rows"),
    "foreign_key_checks": SessionRule(_is_on, "rows without their machine could be stored"),
    "unique_checks": SessionRule(_is_on, "rows could be stored twice"),
    "autocommit": SessionRule(_is_off, "half of a merge could be stored"),
    "completion_type": SessionRule(lambda value: value in ("NO_CHAIN", "0"), "COMMIT would begin another transaction"),
    "transaction_isolation": SessionRule(lambda value: value == "REPEATABLE-READ", "a merge would see moving data"),
    "tx_isolation": SessionRule(lambda value: value == "REPEATABLE-READ", "a merge would see moving data"),
    "time_zone": SessionRule(lambda value: value in ("+00:00", "UTC"), "instants would be stored in another zone"),
    "character_set_client": SessionRule(lambda value: value == "utf8mb4", "texts would be stored damaged"),
    "sql_mode": SessionRule(
        lambda value: (
            "STRICT_TRANS_TABLES" in value and not {"ANSI_QUOTES", "NO_BACKSLASH_ESCAPES"} & {*value.split(",")}
        ),
        "wrong values would be stored without an error",
    ),
    "max_execution_time": SessionRule(lambda value: float(value) == 0, "long reads would be ended"),
    "max_statement_time": SessionRule(lambda value: float(value) == 0, "long statements would be ended"),
    "wait_timeout": SessionRule(_at_least(60), "sessions would be ended while a source answers slowly"),
}

_SERVER_NAMES = (
    "local_infile", "max_allowed_packet", "read_only", "super_read_only", "innodb_read_only", "log_bin",
    "binlog_format", "disabled_storage_engines", "default_storage_engine", "lower_case_table_names",
    "sql_require_primary_key", "max_connections", "character_set_server",
)  # fmt: skip


def read_variables(connection: Connection, statement: str, names: tuple[str, ...]) -> dict[str, str]:
    """Names (as asked for) and values of a SHOW statement; those that the server does not know are left out."""
    rows = [list(row.values()) for row in query(connection, statement, {"names": names})]
    return {str(name).lower(): str(value) for name, value in rows}


def check_variables(site: Site) -> Iterator[Finding]:
    """A line for each variable that matters and is not as it should be; one line for all the others."""
    names = tuple(SESSION_RULES)
    with session() as connection:
        ours = read_variables(connection, "operations/diagnosis/session_variables", names)
        theirs = read_variables(connection, "operations/diagnosis/global_variables", (*names, *_SERVER_NAMES))
        used = read_variables(connection, "operations/diagnosis/status", ("Threads_connected",))
        zones = query(connection, "operations/diagnosis/zone_tables")[0]["berlin"] is not None
    bad = {name: rule for name, rule in SESSION_RULES.items() if name in ours and not rule.is_good(ours[name])}
    overridden = [
        f"{name}={theirs[name] or 'empty'}"
        for name, rule in SESSION_RULES.items()
        if name in theirs and name not in bad and name not in _ALWAYS_SET and not rule.is_good(theirs[name])
    ]
    for name, rule in bad.items():
        yield Finding(
            "fail",
            f"{ours[name]} in our sessions: {rule.harm}",
            f"Run: SET GLOBAL {name} = DEFAULT; and take the line out of the server's configuration.",
            name=f"Variable {name}",
        )
    findings = list(_check_server_values(site, theirs, used))
    yield from findings
    if not bad and not any(finding.status == "fail" for finding in findings):
        own = f"; our sessions set their own instead of {', '.join(overridden)}" if overridden else ""
        zone = "" if zones else "; the time zone tables are not loaded, and not needed"
        yield Finding("pass", f"nothing stands in our way{own}{zone}")


def _check_server_values(site: Site, values: Mapping[str, str], used: Mapping[str, str]) -> Iterator[Finding]:
    for name in ("super_read_only", "read_only", "innodb_read_only"):
        if _is_on(values.get(name, "OFF")):
            yield Finding(
                "fail",
                "ON: the server takes no writes (a replica, or a primary after a failover)",
                f"Let cmms_mysql point to the primary, or run: SET GLOBAL {name} = OFF;",
                name=f"Variable {name}",
            )
            break
    if "INNODB" in values.get("disabled_storage_engines", "").upper():
        yield Finding(
            "fail",
            f"{values['disabled_storage_engines']}: tables cannot be created",
            "Take InnoDB out of disabled_storage_engines in the server's configuration, then restart the server.",
            name="Variable disabled_storage_engines",
        )
    yield from _check_packet(site, int(values.get("max_allowed_packet", 64 * _MIB)))
    if _is_off(values.get("local_infile", "ON")):
        yield Finding(
            "warn",
            "OFF: rows are inserted instead of loaded, which takes about twice as long",
            "Run: SET GLOBAL local_infile = ON; and set it in the server's configuration.",
            name="Variable local_infile",
        )
    if _is_on(values.get("log_bin", "OFF")) and values.get("binlog_format", "ROW") == "STATEMENT":
        yield Finding(
            "warn",
            "STATEMENT: replicas repeat statements, and their rows may come out different",
            "Run: SET GLOBAL binlog_format = 'ROW'; and set it in the server's configuration.",
            name="Variable binlog_format",
        )
    most, now = int(values.get("max_connections", 151)), int(used.get("threads_connected", 1))
    if now > 0.9 * most:
        yield Finding(
            "warn",
            f"{now} of {most} connections are in use",
            "Raise max_connections, or find out who leaves sessions open (SHOW PROCESSLIST).",
            name="Variable max_connections",
        )


def _check_packet(site: Site, size: int) -> Iterator[Finding]:
    needed = site.settings.engine.insert_batch_bytes
    text, name = f"{size / _MIB:g} MiB", "Variable max_allowed_packet"
    if size < 2 * needed:
        yield Finding(
            "fail",
            f"{text} is less than statements need (engine.insert_batch_bytes is {needed / _MIB:g} MiB)",
            "Run: SET GLOBAL max_allowed_packet = 67108864; and set it in the server's configuration.",
            name=name,
        )
    elif size < 16 * _MIB:
        yield Finding(
            "warn",
            f"{text} is little",
            "Run: SET GLOBAL max_allowed_packet = 67108864; and set it in the server's configuration.",
            name=name,
        )
