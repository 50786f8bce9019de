"""Step 3f, batch rules: what is wrong with an input as a whole fails the run before anything is merged.

Input: the fields seen, the number of records, rejects by code. Output: nothing, or an error that names the field or
the figures. A required field that no record carries was renamed or dropped; an optional one of the master data too,
if the database holds values that it would erase.
"""

from __future__ import annotations

from collections.abc import Mapping

from cmms.database import Connection, query
from cmms.errors import BatchRuleBroken, ContractBroken
from cmms.settings import Rules, StreamSettings
from cmms.streams import STREAMS, StreamName
from cmms.streams.unit import Unit
from cmms.words import agree, count_of


def check_fields(
    connection: Connection,
    *,
    stream: StreamName,
    fields: Mapping[str, tuple[str, ...]],
    present: frozenset[str],
    is_restricted: bool,
) -> None:
    """Every required target field must be present in at least one record.

    Args:
        connection: to see what an absent optional field would erase.
        stream: which contract.
        fields: target field -> candidate source names.
        present: target fields that at least one record carries.
        is_restricted: a run for a few machines may well lack optional fields.

    Raises:
        ContractBroken: naming the field and the source names that were looked for.
    """
    missing = [name for name in STREAMS[stream].required if name not in present]
    if not is_restricted and not missing:
        absent = [name for name in STREAMS[stream].remembered if fields[name] and name not in present]
        stored = query(connection, f"sync/validate/remembered_values:{stream}")[0] if absent else {}
        missing = [name for name in absent if stored[name]]
    if not missing:
        return
    wanted = "; ".join(
        f"{name} (looked for {', '.join(fields[name]) or 'nothing: no source name set'})" for name in missing
    )
    raise ContractBroken(
        f"no record carries {wanted}: renamed or dropped at the source? Map the new name in"
        f" streams.{stream}.fields, or set an empty list if the source no longer delivers an optional field",
        stream=stream,
    )


def check_not_empty(settings: StreamSettings, units: tuple[Unit, ...], *, fetched: int) -> None:
    """An empty payload is an error unless the stream's ``allow_empty`` is set.

    Raises:
        BatchRuleBroken
    """
    if fetched == 0 and not settings.allow_empty:
        stream = units[0].stream
        raise BatchRuleBroken(
            f"the source returned no record for {', '.join(unit.key for unit in units)}; nothing was merged"
            f" (set streams.{stream}.allow_empty if that is normal)",
            stream=stream,
        )


def check_reject_rate(rules: Rules, *, unit_key: str, fetched: int, rejected: Mapping[str, int]) -> None:
    """Check the limit of rejected records: above it, the input as a whole counts as wrong.

    Raises:
        BatchRuleBroken: with the counts by code.
    """
    total = sum(rejected.values())
    if fetched < rules.max_rejected_floor or 100 * total <= rules.max_rejected_percent * fetched:
        return
    codes = ", ".join(f"{code}: {count}" for code, count in sorted(rejected.items(), key=lambda item: -item[1]))
    advice = ""
    if rejected.get("PLANT_UNKNOWN", 0) * 2 > total:
        advice = "; add the plants, or set rules.unknown_plant to create"
    raise BatchRuleBroken(
        f"{unit_key}: {total:,} of {count_of(fetched, 'record')} {agree(total, 'was', 'were')} rejected, more"
        " than rules.max_rejected_percent ="
        f" {rules.max_rejected_percent:g} allows; nothing was merged ({codes}){advice}"
    )
