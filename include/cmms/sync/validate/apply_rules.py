"""Step 3d, the rules: a frame with reference columns -> the rules that each row breaks.

Input: the joined frame. Output: :class:`RuleResults`. Every rule is an expectation in
``include/expectations/<stream>.json``: to change a rule, change it there. ``severity`` critical rejects the row
with ``meta.code``, warning accepts the row and marks it, info only counts; ``meta.rule`` is the ID in
docs/features.md; ``meta.compared`` names two columns or parameters whose values the message gives.
The first critical expectation of the file that a row fails gives the row its code.

Great Expectations runs on pandas, chunk by chunk, on numbers only (lengths, days, thousandths): that is several times
faster than on text. For a few records in a request, :mod:`cmms.sync.validate.validate_record` applies the same suite.
"""

from __future__ import annotations

import gc
import logging
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from cmms.settings import Settings
from cmms.streams import STREAMS, StreamName
from cmms.sync.validate.rule_suites import Finding, find, load_suite, suite_parameters


@dataclass
class RuleResults:
    """Which rules the rows of a frame break.

    Attributes:
        rejected: row -> the first critical rule that it breaks.
        warnings: row -> warning codes.
        counts: code -> rows, of all severities.
        results: Great Expectations' own result, JSON-able, for the Data Docs.
    """

    rejected: dict[int, Finding] = field(default_factory=dict)
    warnings: dict[int, set[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)


def apply_rules(
    frame: pl.DataFrame,
    *,
    stream: StreamName,
    settings: Settings,
    days: tuple[date, date] | None,
    run_date: date | None = None,
) -> RuleResults:
    """Apply the rules to every row of ``frame`` (the result of ``join_reference``).

    Args:
        frame: parsed rows with reference columns.
        stream: whose suite.
        settings: limits that the suite's ``$PARAMETER`` values come from.
        days: first and last requested day of the unit; None for an equipment snapshot.
        run_date: the run's day, against which a date counts as old or in the future; default: the last requested day.
    """
    rule_results = RuleResults()
    if frame.is_empty():
        return rule_results
    rules = load_suite(stream)["expectations"]
    table = _measurable(frame).select(sorted({rule["kwargs"]["column"] for rule in rules})).to_pandas()
    parameters = suite_parameters(settings, days, run_date)
    results = _validate(rules, table, parameters)
    for rule, result in zip(rules, results, strict=True):
        if not result.success:
            _record(rule_results, rule, result.result["unexpected_index_list"], frame, parameters)
    rule_results.results = [_plain_result(rule, rule_results, len(frame)) for rule in rules]
    return rule_results


_ROWS_ONLY = {
    "result_format": "COMPLETE",
    "return_unexpected_index_query": False,
    "exclude_unexpected_values": True,
}


def _measurable(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a number per rule.

    Pandas handles lengths and days far faster than text and dates, and Great Expectations compares only 64-bit
    numbers without a Python loop. Adds ``<text>_length`` (characters), ``problem_code`` (``problem`` without its
    field) and ``api_created_day``; a text that only has to be null is replaced by its length. Null stays null.
    """
    marks = [pl.col(name).str.len_chars().cast(pl.Int64) for name in _MARKS if name in frame.columns]
    texts = [name for name, kind in frame.schema.items() if kind == pl.String and name in _MEASURED_TEXTS]
    return frame.with_columns(
        *(pl.col(name).str.len_chars().cast(pl.Int64).alias(f"{name}_length") for name in texts),
        *marks,
        problem_code=pl.col("problem").str.split_exact(":", 1).struct.field("field_0").cast(pl.Categorical),
        api_created_day=pl.col("api_created_at").dt.date().cast(pl.Int64),
    )


_MARKS = ("ambiguous_time", "foreign_point")
_MEASURED_TEXTS = frozenset(
    known.name for stream in STREAMS.values() for known in stream.fields if known.kind == "text"
)


def _record(
    rule_results: RuleResults,
    rule: dict[str, Any],
    rows: Iterable[int],
    frame: pl.DataFrame,
    parameters: dict[str, Any],
) -> None:
    meta = rule["meta"]
    rows = [int(row) for row in rows]
    rule_results.counts[meta["code"]] = rule_results.counts.get(meta["code"], 0) + len(rows)
    for row in rows:
        if rule["severity"] == "warning":
            rule_results.warnings.setdefault(row, set()).add(meta["code"])
        elif rule["severity"] == "critical" and row not in rule_results.rejected:
            rule_results.rejected[row] = find(rule, _values_of(rule, frame, row), parameters)


def _values_of(rule: dict[str, Any], frame: pl.DataFrame, row: int) -> dict[str, Any]:
    """What the message of a finding needs of the row."""
    names = ("problem", *rule["meta"].get("compared", ()))
    return {name: frame[name][row] for name in names if name in frame.columns}


def _plain_result(rule: dict[str, Any], rule_results: RuleResults, rows: int) -> dict[str, Any]:
    return {
        "type": rule["type"],
        "kwargs": rule["kwargs"],
        "severity": rule["severity"],
        "meta": rule["meta"],
        "element_count": rows,
        "unexpected_count": rule_results.counts.get(rule["meta"]["code"], 0),
    }


def _validate(rules: list[dict[str, Any]], table: Any, parameters: dict[str, Any]) -> list[Any]:
    """Results of Great Expectations, in the order of ``rules``."""
    batch_definition, expectations = _great_expectations()
    suite = expectations.ExpectationSuite(
        name="rules",
        expectations=[
            {"type": rule["type"], "kwargs": rule["kwargs"], "severity": rule["severity"], "meta": {"index": index}}
            for index, rule in enumerate(rules)
        ],
    )
    with warnings.catch_warnings(), _fixed_configurations():
        warnings.simplefilter("ignore")  # deprecations of the library itself would only clutter the log
        outcome = batch_definition.get_batch(batch_parameters={"dataframe": table}).validate(
            suite, result_format=_ROWS_ONLY, expectation_parameters=parameters or None
        )
    ordered: list[Any] = [None] * len(rules)
    for result in outcome.results:
        if result.exception_info.get("raised_exception"):
            raise RuntimeError(f"expectation failed to run: {result.exception_info.get('exception_message')}")
        ordered[result.expectation_config.meta["index"]] = result
    return ordered


@contextmanager
def _fixed_configurations() -> Iterator[None]:
    """While a suite runs, build each expectation's configuration, and the ID of equal arguments, once.

    The library derives them anew on every access, some thousand times, which is half of the time of a validation;
    nothing changes them while a suite runs. See docs/decisions/0008-rules-as-expectations.md.
    """
    from great_expectations.core.id_dict import IDDict
    from great_expectations.expectations.expectation import Expectation

    original: Any = Expectation.configuration
    known: dict[int, tuple[Any, Any]] = {}
    original_id = IDDict.to_id
    known_ids: dict[str, Any] = {}

    def to_id(self: Any, id_keys: Any = None, id_ignore_keys: Any = None) -> Any:
        if id_keys is not None or id_ignore_keys is not None:
            return original_id(self, id_keys, id_ignore_keys)
        content = repr(self)
        if content not in known_ids:
            known_ids[content] = original_id(self)
        return known_ids[content]

    def configuration(self: Any) -> Any:
        if id(self) not in known:
            known[id(self)] = (self, original.fget(self))
        return known[id(self)][1]

    Expectation.configuration = property(configuration)  # type: ignore[method-assign, assignment]
    IDDict.to_id = to_id  # type: ignore[method-assign]
    try:
        yield
    finally:
        IDDict.to_id = original_id  # type: ignore[method-assign]
        Expectation.configuration = original  # type: ignore[method-assign]


@lru_cache(maxsize=1)
def _great_expectations() -> tuple[Any, Any]:
    """An in-memory context of Great Expectations, made once a process (the import takes seconds).

    Its half a million objects stay as long as the process: Python's collector, which would look at all of them
    whenever many rows are read, is told to leave them out.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with warnings.catch_warnings(), _frozen_objects():
        warnings.simplefilter("ignore")
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        import great_expectations as gx

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
        asset = context.data_sources.add_pandas("rows").add_dataframe_asset("chunk")
        return asset.add_batch_definition_whole_dataframe("whole"), gx


@contextmanager
def _frozen_objects() -> Iterator[None]:
    """What is made in here is not looked at by Python's collector, now or later."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
