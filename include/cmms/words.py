"""Numbers with their nouns and verbs, by the plural rule and the number format of the language.

All texts are English; a translation changes :data:`_LANGUAGE` and gives the forms that its rule asks for.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

_LANGUAGE = "en"
UNCLASSIFIED = "Unclassified"
"""The group of a machine that has none, in lists, filters and the REST API."""


def count_of(number: int | Decimal, one: str, many: str = "") -> str:
    """``1 record``, ``2,001 machines``, ``0 entries``.

    Args:
        number: whole; a SUM of the database is a Decimal.
        one: the noun for one.
        many: for any other number; without it ``one`` with an s.
    """
    from babel.numbers import format_decimal

    return f"{format_decimal(int(number), locale=_locale())} {agree(number, one, many or f'{one}s')}"


def agree(number: int | Decimal, one: str, many: str) -> str:
    """The form of a word that goes with a number: ``is`` or ``are``."""
    return one if _locale().plural_form(int(number)) == "one" else many


@cache
def _locale() -> Locale:
    from babel import Locale  # reads its tables: not when a module is imported

    return Locale(_LANGUAGE)
