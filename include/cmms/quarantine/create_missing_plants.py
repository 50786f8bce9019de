"""Create the plants that rejected records wait for, and replay those records. Input: rejected records that were chosen.

Output: the plants, and what became of each record. All that wait for one of the plants are replayed, chosen or not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from cmms.access.actors import Actor, Capability, Invalid, NotFound
from cmms.access.connections import raw_session
from cmms.access.explain_duplicate import EXISTS
from cmms.database import Connection, query
from cmms.equipment.change_plants_and_groups import create_plant
from cmms.quarantine.identify_record import read_field
from cmms.quarantine.replay_records import REPLAY_LIMIT, Replay, replay
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.streams import STREAMS

_READ_LIMIT = 20_000
_NO_CHOICE = (0,)


@dataclass(frozen=True)
class MissingPlant:
    """A plant code that open records name, and which records these are (at most :data:`_READ_LIMIT` are looked at)."""

    plant_code: str
    record_ids: tuple[int, ...]


def find_missing_plants(keys: Sequence[int]) -> list[MissingPlant]:
    """The plants that these records wait for, each with every open record that waits for it.

    Raises:
        NotFound: none of the records waits for a plant.
    """
    with raw_session() as connection:
        settings = current_settings(connection)[0]
        chosen = set(_read(connection, settings, keys).values()) - {""}
        waiting = _read(connection, settings, None)
    if not chosen:
        raise NotFound("None of these records waits for a plant (PLANT_UNKNOWN).")
    return [
        MissingPlant(code, tuple(key for key, named in waiting.items() if named == code)) for code in sorted(chosen)
    ]


def create_plants_and_replay(
    actor: Actor, keys: Sequence[int], *, request: str = ""
) -> tuple[list[MissingPlant], Replay]:
    """Create what is missing (named by its code until somebody names it), then validate the records again.

    Returns:
        The plants, and the replay of the first :data:`REPLAY_LIMIT` records.
    """
    actor.require(Capability.CONFIGURE)
    plants = find_missing_plants(keys)
    _create(actor, plants)
    waiting = [key for plant in plants for key in plant.record_ids]
    return plants, replay(actor, waiting[:REPLAY_LIMIT], request=request)


def _create(actor: Actor, plants: Sequence[MissingPlant]) -> None:
    for plant in plants:
        try:
            create_plant(actor, {"plant_code": plant.plant_code})
        except Invalid as error:
            if EXISTS not in error.fields.values():  # somebody else was quicker: as good
                raise


def _read(connection: Connection, settings: Settings, keys: Sequence[int] | None) -> dict[int, str]:
    """Plant code by record."""
    streams = {name: settings.stream(name).fields.of("plant_code") for name in STREAMS}
    bounds = {
        "streams": tuple(streams),
        "no_choice": keys is None,
        "ids": tuple(keys or _NO_CHOICE),
        "row_limit": _READ_LIMIT,
    }
    rows = query(connection, "quarantine/rejects_of_plants", bounds)
    return {int(row["id"]): read_field(json.loads(row["record"]), streams[row["stream"]]) for row in rows}
