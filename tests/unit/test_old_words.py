"""One word per thing: texts that people read use the words of docs/glossary.md, none of those that it rules out."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmms import cli

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.feature("UIF-05")

OLD_WORDS = {
    r"\bjudg(?:e|es|ed|ing|ement|ements)\b": "validate, validation result",
    r"\b(?:tell|tells|told|telling)\b": "notify, alert, report",
    r"\bkept for (?:a moment|up to|\d)": "cache",
    r"\bsigns? of life\b": "last heartbeat",
    r"\bby hand\b": "manual, manually",
    r"\bforemost plan": "next due plan",
    r"\basks? of (?:a|the|each|its) machine": "schedule",
    r"\bdues\b": "maintenance due, occurrence",
    r"\b(?:settle|settles|settled|settling)\b": "resolve",
    r"\bin work\b": "in progress",
    r"\bcalled so\b": "No results.",
    r"\bHow due\b|\bBecause of\b|\bAsked for\b": "Due status, Trigger, Requested",
    r"\bHow syncs ended\b|\bhow (?:the )?(?:daily )?syncs ended\b": "Sync results",
    r"\bId\b|\b(?:[Mm]achine|[Pp]lant|[Gg]roup|[Pp]lan) id\b": "ID",
    r"\bplace (?:of (?:a|the) record|in the (?:answer|page))\b": "page and position",
}
"""Pattern of an old word -> the word of the glossary."""

OLD_LABELS = {
    "As usual": "Reset columns",
    "Keep": "Save view",
    "Gone": "Deleted",
    "Behind": "Stale",
    "Lost": "Superseded",
}
"""Whole labels of buttons and statuses; inside a sentence these words may be right ("keep the local value")."""

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("include/cmms_ui/resources/record_errors/error_codes.py", "nobody can tell which"): "to tell is to distinguish",
    ("include/cmms/alerts/messages.py", "tell the owner of the API"): "one person talks to another",
}
"""Reviewed: (file, phrase) -> why it is right there."""

NOT_OURS = {"glossary.md": "lists the old words", "features.md": "the specification, in the words of its source"}
"""Pages that are not searched, and why."""

_CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)\n]*\)", re.DOTALL)
_SQL = re.compile(r"\b(?:SELECT|FROM|JOIN|COUNT|EXISTS)\b|\bIF\(|\w\.\w+ (?:=|IS|IN|<|>)")


def _constants(file: Path) -> Iterator[str]:
    """String constants of a module, pieces of f-strings included, docstrings not."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def _is_text(value: str) -> bool:
    """Whether people read it: words with a space between them, or one with a capital; no name and no SQL."""
    words = re.search(r"[A-Za-z],? +[a-z]|^ *[A-Z][a-z]+|[a-z] $|^ [a-z]", value)
    return bool(words) and not _SQL.search(value)


def _module_texts(folder: str) -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / folder).rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        yield from ((name, text) for text in _constants(file) if _is_text(text))


def _dag_texts() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "dags").glob("*.py")):
        name = f"dags/{file.name}"
        yield name, ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        yield from ((name, text) for text in _constants(file) if _is_text(text))


def _help_texts(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    yield "include/cmms/cli.py", parser.description or ""
    for action in parser._actions:
        yield "include/cmms/cli.py", action.help or ""
        if isinstance(action, argparse._SubParsersAction):
            yield from (("include/cmms/cli.py", choice.help or "") for choice in action._choices_actions)
            for child in action.choices.values():
                yield from _help_texts(child)


def _page_texts() -> Iterator[tuple[str, str]]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for page in pages:
        if page.name not in NOT_OURS:
            yield page.relative_to(ROOT).as_posix(), _CODE.sub("", page.read_text(encoding="utf-8"))


TEXTS = {
    "view": lambda: _module_texts("include/cmms_ui"),
    "alerts": lambda: _module_texts("include/cmms/alerts"),
    "command line": lambda: _help_texts(cli._parser()),
    "DAGs": _dag_texts,
    "docs": _page_texts,
}


def _old_words(texts: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each finding: the file, and what stands there with the words around it and the word to use."""
    for name, text in texts:
        if text.strip() in OLD_LABELS:
            yield name, f"{text.strip()!r} -> {OLD_LABELS[text.strip()]}"
        for pattern, wanted in OLD_WORDS.items():
            for hit in re.finditer(pattern, text, re.IGNORECASE if pattern == pattern.lower() else 0):
                around = " ".join(text[max(0, hit.start() - 40) : hit.end() + 30].split())
                if not any(name == file and phrase in around for file, phrase in EXCEPTIONS):
                    yield name, f"{around!r} -> {wanted}"


@pytest.mark.parametrize("kind", TEXTS)
def test_no_text_that_people_read_uses_an_old_word(kind: str) -> None:
    found = [f"{name}: {hit}" for name, hit in _old_words(TEXTS[kind]())]
    assert found == []


def test_the_search_finds_the_old_words_and_leaves_names_alone() -> None:
    texts = [
        "12 records are judged again.", "Settled by", "By hand", "How due", "Keep", "No due has been told.",
        "Keep local", "SELECT * FROM maintenance_dues dues", "by handover",
    ]  # fmt: skip
    found = [name for name, _hit in _old_words((text, text) for text in texts if _is_text(text))]
    assert found == texts[:6]


def test_the_glossary_lists_every_word_to_use_instead() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    wanted = {word for words in (*OLD_WORDS.values(), *OLD_LABELS.values()) for word in words.split(", ")}
    assert [word for word in sorted(wanted) if word.lower() not in glossary.lower()] == []
