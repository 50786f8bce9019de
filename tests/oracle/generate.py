"""Seeded generator of nasty feeds: seed -> raw JSON records of the equipment and of any day's running times.

The same seed gives the same bytes, whatever was generated before, and readings of different days fit
together: each machine's counter grows by the hours of every day. Four things are mixed in, each at its own
rate: right values in other forms, several records of one key, values of `value_cases`, and defects that only
show beside other data.

    feed = RecordGenerator(seed=1, equipment_count=100_000, plants=["P001", "P002"], defect_rate=0.02)
    feed.equipment(), feed.running_times(day), feed.running_times(day, revision=1)
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random

from tests.oracle.value_cases import CASES, REQUIRED

Tokens = dict[str, str]
"""One record before it is written: source key -> JSON text of the value."""

Variation = Callable[[Tokens, Random], Tokens]
Duplicate = Callable[[Tokens, Random], None]
Defect = Callable[[Tokens, Random], str | None]

HOURS_OF_WEEK = (8_000, 7_500, 0, 24_000, 12_345, 16_250, 1)
"""Running hours of seven days in thousandths; machines start at different days of this cycle."""

HOURS_BEFORE = (0, *accumulate(HOURS_OF_WEEK))
EQUIPMENT_KEYS = ("SWERK", "EQUNR", "BUKRS", "EQKTU", "OBJNR", "POINT", "CREATED_AT")
ALIASES = {"SWERK": "plant_code", "EQUNR": "equipment_number", "CREATED_AT": "api_created_at"}
NOT_STRICT_JSON = ("NaN", "Infinity", "-Infinity")
NOT_AN_OBJECT = ("null", "42", '"text"', "[]", '[{"EQUNR": "1"}]', "true")
EPOCH_DAY = date(1970, 1, 1)
FIRST_CREATED_AT = datetime(2025, 12, 1, 6, tzinfo=UTC)


def equipment_number(index: int) -> str:
    """Number of the index-th machine. Neighbours differ by leading zeros, case, or form of an accent only."""
    pair, kind = divmod(index, 8)
    if kind < 4:
        return f"{index:018d}"
    if kind < 6:
        return (f"{pair:09d}", f"{pair}")[kind - 4]
    return (
        (f"Pump-{pair}-a", f"PUMP-{pair}-A"),
        (f"caf\u00e9-{pair}", f"cafe\u0301-{pair}"),
        (f"🚜-{pair}", f"tab\t{pair}"),
        (f"{pair:050d}", f"back\\{pair}\\N"),
    )[pair % 4][kind - 6]


def counter_thousandths(index: int, day: date) -> tuple[int, int]:
    """Running hours of one machine and day, and its counter after that day, in thousandths of an hour."""
    weeks, position = divmod((day - EPOCH_DAY).days + index, 7)
    counter = 5_000_000 + index % 1000 * 1000 + weeks * HOURS_BEFORE[7] + HOURS_BEFORE[position + 1]
    return HOURS_OF_WEEK[position], counter


class RecordGenerator:
    """A feed of one seed; see the module docstring."""

    def __init__(
        self,
        seed: int,
        equipment_count: int,
        plants: Sequence[str] = ("P001", "P002", "P003"),
        *,
        defect_rate: float = 0.02,
        variation_rate: float = 0.3,
        duplicate_rate: float = 0.02,
        strict_json: bool = False,
    ) -> None:
        """Describes a feed.

        Args:
            seed: any number.
            equipment_count: machines in the snapshot; each has one reading a day, before duplicates.
            plants: codes of the known plants.
            defect_rate: share of records with a nasty value or a defect (most, not all, are to be rejected).
            variation_rate: share of records written in other forms of the same right values.
            duplicate_rate: share of records followed by another record of the same key.
            strict_json: leave out bare NaN and Infinity, which fail a whole page in a strict decoder.
        """
        self._seed = seed
        self._count = equipment_count
        self._plants = tuple(plants)
        self._defect_rate = defect_rate
        self._variation_rate = variation_rate
        self._duplicate_rate = duplicate_rate
        cases = [case for case in CASES if not (strict_json and case.token in NOT_STRICT_JSON)]
        self._reading_cases = [(key, case.token) for case in cases for key in case.keys]
        self._equipment_cases = [(key, token) for key, token in self._reading_cases if key in EQUIPMENT_KEYS]

    def equipment(self, revision: int = 0) -> list[bytes]:
        """The equipment snapshot. A higher revision renames and moves some machines, or sends them stale."""
        rng = Random(f"{self._seed} equipment")
        records: list[bytes] = []
        for index in range(self._count):
            tokens = self._master_tokens(index)
            if revision and index % 10 == revision % 10:
                _revise(tokens, revision, index, "EQKTU")
                tokens["SWERK"] = _quote(self._plants[(index + revision) % len(self._plants)])
            self._add(records, rng, tokens, self._equipment_cases, _EQUIPMENT_DEFECTS)
        return records

    def running_times(self, day: date, revision: int = 0) -> list[bytes]:
        """Readings of one day. A higher revision has corrected some, and sends some older than before."""
        rng = Random(f"{self._seed} {day}")
        created_at = datetime(day.year, day.month, day.day, 22, tzinfo=UTC) + timedelta(hours=4)
        records: list[bytes] = []
        for index in range(self._count):
            hours, counter = counter_thousandths(index, day)
            tokens = self._master_tokens(index)
            tokens["CREATED_AT"] = f'"{_iso(created_at + timedelta(seconds=index % 3600))}"'
            tokens["DATE"] = f'"{day}"'
            tokens["DATE_TIME"] = f'"{day}T21:{index % 60:02d}:00Z"'
            tokens["RECDV"] = f'"{_decimal(hours)}"'
            tokens["CNTRR"] = f'"{_decimal(counter)}"'
            tokens["MDTXT"] = '"Daily reading"' if index % 3 else "null"
            if revision and index % 10 == revision % 10:
                _revise(tokens, revision, index, "MDTXT")
                tokens["RECDV"] = f'"{_decimal(hours + (50, 500)[index // 10 % 2])}"'
            self._add(records, rng, tokens, self._reading_cases, _READING_DEFECTS)
        return records

    @cached_property
    def _master(self) -> list[Tokens]:
        return [
            {
                "SWERK": _quote(self._plants[index % len(self._plants)]),
                "EQUNR": _quote(equipment_number(index)),
                "BUKRS": '"1000"',
                "EQKTU": f'"MACHINE {index}"',
                "OBJNR": f'"IE{index:018d}"',
                "POINT": "null" if index % 11 == 5 else f'"{index:012d}"',
                "CREATED_AT": f'"{_iso(FIRST_CREATED_AT + timedelta(minutes=index % 1440))}"',
            }
            for index in range(self._count)
        ]

    def _master_tokens(self, index: int) -> Tokens:
        return self._master[index].copy()

    def _add(
        self,
        records: list[bytes],
        rng: Random,
        tokens: Tokens,
        cases: list[tuple[str, str]],
        defects: tuple[Defect, ...],
    ) -> None:
        """Appends one record, made nasty by chance, and perhaps a second one of the same key."""
        if rng.random() < self._duplicate_rate:
            second = tokens.copy()
            rng.choice(_DUPLICATES)(second, rng)
            records.append(_write(second))
        text = None
        if rng.random() < self._defect_rate:
            if rng.random() < 0.75:
                key, token = rng.choice(cases)
                tokens[key] = token
            else:
                text = rng.choice(defects)(tokens, rng)
        elif rng.random() < self._variation_rate:
            tokens = _vary(tokens, rng)
        records.append(text.encode() if text is not None else _write(tokens))


def _write(tokens: Tokens) -> bytes:
    return ("{" + ", ".join([f'"{key}": {token}' for key, token in tokens.items()]) + "}").encode()


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _decimal(thousandths: int) -> str:
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"


def _shift(token: str, delta: timedelta) -> str:
    return f'"{_iso(datetime.fromisoformat(token[1:-1]) + delta)}"'


def _revise(tokens: Tokens, revision: int, index: int, text_key: str) -> None:
    """A correction: newer for most records, older than the first version for every fifth."""
    tokens[text_key] = f'"revision {revision}"'
    hours = -revision if index // 10 % 5 == 4 else revision
    tokens["CREATED_AT"] = _shift(tokens["CREATED_AT"], timedelta(hours=hours))


# ---- the same right values, written otherwise


def _vary(tokens: Tokens, rng: Random) -> Tokens:
    """Writes one or two things of a record in another form; what must be stored stays the same."""
    for _ in range(rng.randint(1, 2)):
        variation = rng.choice(_VARIATIONS)
        tokens = variation(tokens, rng)
    return tokens


def _vary_day(tokens: Tokens, rng: Random) -> Tokens:
    if "DATE" in tokens and tokens["DATE"].count("-") == 2:
        day = date.fromisoformat(tokens["DATE"].strip('" '))
        milliseconds = (day - EPOCH_DAY).days * 86_400_000
        forms = (f'"{day:%Y%m%d}"', f"{day:%Y%m%d}", f'"/Date({milliseconds})/"', f'" {day} "')
        tokens["DATE"] = rng.choice(forms)
    return tokens


def _vary_instant(tokens: Tokens, rng: Random) -> Tokens:
    key = rng.choice(("CREATED_AT", "DATE_TIME"))
    if tokens.get(key, "").endswith('Z"'):
        instant = datetime.fromisoformat(tokens[key].strip('"'))
        east = instant + timedelta(hours=2)
        forms = (
            f'"{instant:%Y%m%d%H%M%S}"',
            f"{instant:%Y%m%d%H%M%S}",
            f'"{instant:%Y-%m-%d %H:%M:%S}"',
            f'"{instant:%Y-%m-%dT%H:%M:%S}.000000"',
            f'"{east:%Y-%m-%dT%H:%M:%S}+02:00"',
            f'"{east:%Y-%m-%d %H:%M:%S}.0+0200"',
            f'"/Date({int(instant.timestamp())}000)/"',
        )
        tokens[key] = rng.choice(forms)
    return tokens


def _vary_number(tokens: Tokens, rng: Random) -> Tokens:
    key = rng.choice(("RECDV", "CNTRR"))
    text = tokens.get(key, "").strip('"')
    if text.replace(".", "").isdigit():
        plain = text.lstrip("0") if not text.startswith("0.") else text
        forms = (
            plain,
            f'" {text}"',
            f'"+{text}"',
            f'"00{text}"',
            f'"{text}00000"',
            f'"{text}4"',
            f'"{text}E0"',
        )
        tokens[key] = rng.choice((*forms, f"{plain}e+0", f'"{text.replace(".", "")}E-3"'))
    return tokens


def _vary_white_space(tokens: Tokens, rng: Random) -> Tokens:
    key = rng.choice(("EQUNR", "SWERK", "EQKTU", "POINT"))
    if tokens.get(key, "").startswith('"'):
        outer = rng.choice((" ", "  ", "\\t", "\u00a0", "\\u3000", "\\r\\n", "\u2009"))
        tokens[key] = f'"{outer}{tokens[key][1:-1]}{outer}"'
    return tokens


def _vary_escapes(tokens: Tokens, rng: Random) -> Tokens:
    key = rng.choice(("EQUNR", "SWERK", "EQKTU"))
    if tokens.get(key, "").startswith('"'):
        utf16 = json.loads(tokens[key]).encode("utf-16-be", "surrogatepass")
        units = (utf16[i : i + 2].hex() for i in range(0, len(utf16), 2))
        tokens[key] = '"' + "".join(f"\\u{unit}" for unit in units) + '"'
    return tokens


def _vary_key_order(tokens: Tokens, rng: Random) -> Tokens:
    return dict(rng.sample(list(tokens.items()), len(tokens)))


def _vary_keys(tokens: Tokens, rng: Random) -> Tokens:
    key = rng.choice(tuple(ALIASES))
    if key in tokens and ALIASES[key] not in tokens:
        tokens[ALIASES[key]] = tokens[key]
        tokens[key] = '"the other name wins"'
    return tokens


def _vary_extra_keys(tokens: Tokens, rng: Random) -> Tokens:
    tokens["ZZ_EXTRA"] = rng.choice(("1e999", '"\\u0000 unmapped"', '{"a": [1, {"b": null}]}', "null", '"\\ud800"'))
    return tokens


def _vary_optional_keys(tokens: Tokens, rng: Random) -> Tokens:
    key = rng.choice(("BUKRS", "EQKTU", "OBJNR", "MDTXT"))
    if rng.random() < 0.5:
        tokens.pop(key, None)
    elif key in tokens:
        tokens[key] = '""'
    return tokens


_VARIATIONS: tuple[Variation, ...] = (
    _vary_day,
    _vary_instant,
    _vary_number,
    _vary_white_space,
    _vary_escapes,
    _vary_key_order,
    _vary_keys,
    _vary_extra_keys,
    _vary_optional_keys,
)


# ---- a second record of the same key


def _same_again(tokens: Tokens, rng: Random) -> None:
    """Identical copy."""


def _same_in_other_words(tokens: Tokens, rng: Random) -> None:
    tokens["EQKTU"] = rng.choice(('"machine"', '"zzz"', "null", '"\\u007a"'))


def _older_or_newer(tokens: Tokens, rng: Random) -> None:
    tokens["CREATED_AT"] = _shift(tokens["CREATED_AT"], timedelta(minutes=rng.choice((-90, -1, 1, 90))))
    tokens["BUKRS"] = '"2000"'


def _other_time_of_day(tokens: Tokens, rng: Random) -> None:
    if "DATE_TIME" in tokens:
        hour = timedelta(hours=1)
        tokens["DATE_TIME"] = rng.choice(
            ("null", _shift(tokens["DATE_TIME"], hour), _shift(tokens["DATE_TIME"], -hour))
        )
        tokens["MDTXT"] = '"second document"'


def _second_point(tokens: Tokens, rng: Random) -> None:
    tokens["POINT"] = rng.choice(('"999999999999"', "null", '"A"'))


_DUPLICATES: tuple[Duplicate, ...] = (
    _same_again,
    _same_in_other_words,
    _older_or_newer,
    _other_time_of_day,
    _second_point,
)


# ---- defects of a whole record, or beside other data; a returned text replaces the record


def _no_object(tokens: Tokens, rng: Random) -> str:
    return rng.choice(NOT_AN_OBJECT)


def _no_fields(tokens: Tokens, rng: Random) -> str:
    return "{}"


def _key_twice(tokens: Tokens, rng: Random) -> str:
    key = rng.choice(tuple(tokens))
    spelled = rng.choice((key, f"\\u{ord(key[0]):04x}{key[1:]}"))
    return _write(tokens).decode()[:-1] + f', "{spelled}": {rng.choice((tokens[key], "null"))}}}'


def _key_missing(tokens: Tokens, rng: Random) -> None:
    tokens.pop(rng.choice([key for key in REQUIRED if key in tokens]))


def _null_alias_wins(tokens: Tokens, rng: Random) -> None:
    tokens[ALIASES[rng.choice(("SWERK", "EQUNR"))]] = "null"


def _unknown_plant(tokens: Tokens, rng: Random) -> None:
    tokens["SWERK"] = rng.choice(('"P404"', _quote(json.loads(tokens["SWERK"]).lower()), '"P001\\u200b"'))


def _unknown_equipment(tokens: Tokens, rng: Random) -> None:
    tokens["EQUNR"] = f'"UNKNOWN-{rng.randint(1, 50)}"'


def _counter_lower(tokens: Tokens, rng: Random) -> None:
    tokens["CNTRR"] = f'"{rng.randint(30, 4000)}.{rng.randint(0, 999):03d}"'


def _counter_stands_still(tokens: Tokens, rng: Random) -> None:
    counter = tokens["CNTRR"].strip('"').replace(".", "")
    hours = tokens["RECDV"].strip('"').replace(".", "")
    tokens["CNTRR"] = f'"{_decimal(int(counter) - int(hours))}"'


def _several_defects(tokens: Tokens, rng: Random) -> None:
    for key, token in rng.sample((("EQUNR", "17"), ("SWERK", '""'), ("RECDV", '"x"'), ("CNTRR", "-1")), 2):
        if key in tokens:
            tokens[key] = token


_EQUIPMENT_DEFECTS: tuple[Defect, ...] = (
    _no_object,
    _no_fields,
    _key_twice,
    _key_missing,
    _null_alias_wins,
    _unknown_plant,
    _several_defects,
)
_READING_DEFECTS = (*_EQUIPMENT_DEFECTS, _unknown_equipment, _counter_lower, _counter_stands_still)
