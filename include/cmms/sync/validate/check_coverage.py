"""How far an input speaks for its unit: what may be called missing or resolved because it is not in there.

Input: the manifest of a fetch. Output: :class:`Coverage` of one unit. Pure. An answer speaks for the plants that it
was asked for, if it holds a right record of the unit; an empty one only if the source says itself that there are no
records; one that promises more than came (:mod:`cmms.source.completeness`) for nothing that it does not hold.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from cmms.streams.unit import Unit
from cmms.sync.records import AnsweredRequest, Manifest


@dataclass(frozen=True)
class Coverage:
    """What the answers for one unit cover.

    Attributes:
        doubts: why more may exist than came.
        plant_codes: the plants that are covered; None: all.
    """

    doubts: tuple[str, ...] = ()
    plant_codes: tuple[str, ...] | None = None


def coverage_of(manifest: Manifest, unit: Unit, plants_seen: Set[str]) -> Coverage:
    """Coverage of a unit; of a manifest that does not say, everything.

    Args:
        manifest: of the fetch.
        unit: the unit.
        plants_seen: plants of the unit's own records that are right: who asks for one plant, or one day, and gets
            others has no answer about it, nor has who gets nothing but records that are wrong.
    """
    if manifest.answers is None:
        return Coverage()
    answers = [answer for answer in manifest.answers if unit in answer.units]
    doubts = tuple(dict.fromkeys(doubt for answer in answers for doubt in answer.doubts))
    seen = {code.upper() for code in plants_seen}
    speaking = [answer for answer in answers if answer.total == 0 or _holds(answer, seen)]
    if any(not answer.plant_codes for answer in speaking):
        return Coverage(doubts)
    return Coverage(doubts, tuple(sorted({code for answer in speaking for code in answer.plant_codes})))


def _holds(answer: AnsweredRequest, plants_seen: Set[str]) -> bool:
    """Whether right records came that the answer was asked for."""
    asked = {code.upper() for code in answer.plant_codes}
    return bool(plants_seen & asked if asked else plants_seen)
