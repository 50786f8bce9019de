"""``python -m cmms docs``: Great Expectations' Data Docs from the validation results that syncs have kept.

Input: the kept results (:mod:`list_validations`). Output: a folder of pages; ``index.html`` lists the units,
newest first. The pages are Great Expectations' own; its scripts and style sheets from the network are
replaced by one local style sheet, so that they can be read, and attached to a mail, without any network.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cmms.database import session
from cmms.errors import HandoverMissing, SettingsError
from cmms.operations.data_docs.list_validations import StoredValidation, list_validations
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.storage import Storage

LATEST = 60
"""Units that are shown."""
STYLE = Path(__file__).with_name("data_docs.css")
_SITE = "local"


def build_data_docs(output: Path, *, latest: int = LATEST, settings: Settings | None = None) -> Path:
    """Build the pages.

    Args:
        output: folder; made if need be, pages of the same name are replaced.
        latest: how many units to show, newest first.
        settings: default: the stored version, else the file.

    Returns:
        The index page.

    Raises:
        HandoverMissing: no validation result is kept.
    """
    if settings is None:
        with session() as connection:
            settings = current_settings(connection)[0]
    storage = Storage(settings.storage)
    kept = list(islice(list_validations(storage), latest))
    if not kept:
        raise HandoverMissing(
            f"no validation results are kept in {storage.base}: run a sync first"
            f" (they are kept for storage.keep_days = {settings.storage.keep_days} days)"
        )
    output = output.absolute()
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{output} cannot be made: {error.strerror}; choose another --output") from None
    with _file_context(output) as context:
        for suite in {validation.stream: validation for validation in reversed(kept)}.values():
            _add_suite(context, suite)
        pages = [_add(context, validation) for validation in kept]
        context.build_data_docs(site_names=[_SITE])
    shutil.copyfile(STYLE, output / STYLE.name)
    for page in output.rglob("*.html"):
        _take_off_the_network(page, output)
    index = output / "index.html"
    index.write_text(_index_page(list(zip(kept, pages, strict=True))), encoding="utf-8")
    return index


@contextmanager
def _file_context(output: Path) -> Iterator[Any]:
    """A file context in a folder that goes away, with one site at ``output``.

    The library knows one current context a process: the one before is put back: validation goes on with it.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="cmms-docs-") as folder:
        warnings.simplefilter("ignore")  # the library's own deprecations
        import great_expectations as gx
        from great_expectations.data_context.data_context.context_factory import project_manager
        from great_expectations.exceptions.exceptions import DataContextRequiredError

        try:
            before = project_manager.get_current_project()
        except DataContextRequiredError:
            before = None
        try:
            context = gx.get_context(mode="file", project_root_dir=folder)
            for name in list(context.get_site_names()):
                context.delete_data_docs_site(name)
            store: Any = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(output)}
            builder = {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False}
            site: Any = {"class_name": "SiteBuilder", "show_how_to_buttons": False, "store_backend": store}
            site["site_index_builder"] = builder
            context.add_data_docs_site(_SITE, site)
            yield context
        finally:
            project_manager.set_project(before)


def _add_suite(context: Any, kept: StoredValidation) -> None:
    """The rules as they were in the newest result of a stream: the results' pages link to them."""
    import great_expectations as gx

    context.suites.add(
        gx.ExpectationSuite(name=kept.stream, expectations=[_configuration(raw) for raw in kept.results])
    )


def _add(context: Any, kept: StoredValidation) -> str:
    """Add one unit's result to the context's store; returns the relative path of its page."""
    from great_expectations.core import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    run = RunIdentifier(run_name=f"run-{kept.sync_log_id}", run_time=kept.written_at)
    key = ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(kept.stream),
        run_id=run,
        batch_identifier=kept.unit_key,
    )
    context.validation_results_store.add(key, _suite_result(kept, run))
    return "validations/{}.html".format("/".join(str(part) for part in key.to_tuple()))  # type: ignore[no-untyped-call]


def _suite_result(kept: StoredValidation, run: Any) -> Any:
    import great_expectations as gx
    from great_expectations.core import ExpectationSuiteValidationResult

    met = len(kept.results) - kept.broken
    return ExpectationSuiteValidationResult(
        success=kept.broken == 0,
        results=[_result(raw) for raw in kept.results],
        suite_name=kept.stream,
        statistics={
            "evaluated_expectations": len(kept.results),
            "successful_expectations": met,
            "unsuccessful_expectations": kept.broken,
            "success_percent": 100 * met / len(kept.results),
        },
        meta={
            "great_expectations_version": gx.__version__,
            "run_id": run.to_json_dict(),
            "validation_time": kept.written_at.isoformat(),
            "active_batch_definition": {
                "datasource_name": "cmms_api",
                "data_connector_name": "sync",
                "data_asset_name": f"{kept.stream} {kept.unit_key} ({kept.records} records)",
                "batch_identifiers": {"unit": kept.unit_key},
            },
        },
    )


def _result(raw: dict[str, Any]) -> Any:
    from great_expectations.core import ExpectationValidationResult

    records, unexpected = int(raw["element_count"]), int(raw["unexpected_count"])
    share = 100 * unexpected / records if records else 0.0
    return ExpectationValidationResult(
        success=unexpected == 0,
        expectation_config=_configuration(raw),
        result={
            "element_count": records,
            "unexpected_count": unexpected,
            "unexpected_percent": share,
            "unexpected_percent_total": share,
            "unexpected_percent_nonmissing": share,
            "missing_count": 0,
            "missing_percent": 0.0,
            "partial_unexpected_list": [],
        },
    )


def _configuration(raw: dict[str, Any]) -> Any:
    """The expectation; its description says which rule it is, what it does to a record, and why."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    meta = raw["meta"]
    does = {"critical": "rejects the record", "warning": "marks the record"}.get(raw["severity"], "only counts")
    return ExpectationConfiguration(
        type=raw["type"],
        kwargs=raw["kwargs"],
        meta=meta,
        severity=raw["severity"],
        description=f"{meta['code']} ({meta['rule']}, {does}): {meta['why']}",
    )


def _take_off_the_network(page: Path, output: Path) -> None:
    """Drop scripts, remote style sheets and pictures; link the local style sheet."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<script\b.*?</script>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style\b.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"<footer\b.*?</footer>", "", text, flags=re.DOTALL)
    text = re.sub(r"<link\b[^>]*>", "", text)
    text = re.sub(r"<img\b[^>]*>", "", text)
    text = re.sub(r'<a\b[^>]*href="https?://[^>]*>.*?</a>', "", text, flags=re.DOTALL)
    up = "../" * len(page.relative_to(output).parent.parts)
    link = f'<link rel="stylesheet" href="{up}{STYLE.name}">\n  </head>'
    page.write_text(text.replace("</head>", link, 1), encoding="utf-8")


def _index_page(entries: Sequence[tuple[StoredValidation, str]]) -> str:
    """The list of units; Great Expectations' own index is empty without its scripts."""
    rows = "\n".join(_index_row(kept, page) for kept, page in entries)
    suites = " · ".join(
        f'<a href="expectations/{stream}.html">{stream}</a>' for stream in sorted({kept.stream for kept, _ in entries})
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>CMMS Sync: validation results</title>
  <link rel="stylesheet" href="{STYLE.name}">
</head>
<body>
<h1>CMMS Sync: validation results</h1>
<p>Great Expectations' results of the newest {len(entries)} units of work. Rules: {suites}</p>
<table>
<thead><tr><th>Unit</th><th>Run</th><th>Validated (UTC)</th><th>Records</th><th>Expectations</th>
<th>Result</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def _index_row(kept: StoredValidation, page: str) -> str:
    state, text = ("bad", f"{kept.broken} not met by every record") if kept.broken else ("good", "all met")
    name = f"{kept.stream} {kept.unit_key}" if kept.stream != kept.unit_key else kept.unit_key
    return (
        f'<tr><td><a href="{quote(page)}">{escape(name)}</a></td><td>{kept.sync_log_id}</td>'
        f"<td>{kept.written_at:%Y-%m-%d %H:%M:%S}</td><td>{kept.records}</td><td>{len(kept.results)}</td>"
        f'<td class="{state}">{text}</td></tr>'
    )
