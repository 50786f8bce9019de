"""Which features of docs/features.md have a test, and which have none: `make features`.

Input: the table rows of docs/features.md, the markers `@pytest.mark.feature("ID", ...)` in tests/ and the names of
JavaScript tests there, `test("ID: ...")`, read from the source without running anything. Output: a line per feature,
and a count; exit code 1 when a marker names a feature that does not exist.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.state_folder import REPOSITORY

_ROW = re.compile(r"^\|\s*([A-Z][A-Z0-9]*-[A-Z]?[0-9]+[A-Za-z]?)\s*\|\s*([^|]*?)\s*\|", re.MULTILINE)

_JAVASCRIPT_TEST = re.compile(r'^test\("([A-Z][A-Z0-9]*-[A-Z]?[0-9]+[A-Za-z]?): (.+?)", ', re.MULTILINE)


def main() -> int:
    """Print the list; return 1 when a test claims an unknown feature."""
    parser = argparse.ArgumentParser(prog="make features")
    parser.add_argument("--missing", action="store_true", help="only features without a test")
    parser.add_argument("prefix", nargs="?", default="", help="only IDs that begin so, such as VAL")
    arguments = parser.parse_args()
    features = read_features((REPOSITORY / "docs/features.md").read_text(encoding="utf-8"))
    tests = find_tests(REPOSITORY / "tests")
    for feature, title in features.items():
        if feature.startswith(arguments.prefix) and not (arguments.missing and feature in tests):
            print(f"{feature:10} {title[:70]}")
            print("".join(f"{'':10}   {test}\n" for test in tests.get(feature, ["(no test)"])), end="")
    proved = [feature for feature in features if feature in tests]
    print(f"{len(proved)} of {len(features)} features have a test, {len(features) - len(proved)} have none.")
    unknown = {feature: names for feature, names in tests.items() if feature not in features}
    for feature, names in unknown.items():
        print(f"Not in docs/features.md: {feature} ({', '.join(names)})", file=sys.stderr)
    return 1 if unknown else 0


def read_features(text: str) -> dict[str, str]:
    """Return ID and title of every row; a row that gives an ID again is the same feature."""
    features: dict[str, str] = {}
    for feature, title in _ROW.findall(text):
        features.setdefault(feature, title)
    return features


def find_tests(folder: Path) -> Mapping[str, list[str]]:
    """Return the tests of each feature ID, named `path::test` relative to the folder's parent."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        for feature, name in _find_marks(tree.body, "", ()):
            tests[feature].append(f"{path.relative_to(folder.parent)}::{name}")
    for path in sorted(folder.rglob("*.test.js")):
        for feature, name in _JAVASCRIPT_TEST.findall(path.read_text(encoding="utf-8")):
            tests[feature].append(f"{path.relative_to(folder.parent)}::{name}")
    return tests


def _find_marks(body: list[ast.stmt], prefix: str, outer: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield feature and test name, marks of module and class (decorator or `pytestmark`) included."""
    inherited = list(outer)
    for statement in body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in statement.targets
        ):
            inherited += _read_ids(statement.value)
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            own = [feature for decorator in statement.decorator_list for feature in _read_ids(decorator)]
            yield from _find_marks(statement.body, f"{prefix}{statement.name}::", (*inherited, *own))
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name.startswith("test"):
            own = [feature for decorator in statement.decorator_list for feature in _read_ids(decorator)]
            for feature in dict.fromkeys([*inherited, *own]):
                yield feature, f"{prefix}{statement.name}"


def _read_ids(expression: ast.expr) -> list[str]:
    """Return the IDs of every `...mark.feature("ID", ...)` inside an expression, parametrised ones too."""
    return [
        argument.value
        for call in ast.walk(expression)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "feature"
        and isinstance(call.func.value, ast.Attribute)
        and call.func.value.attr == "mark"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


if __name__ == "__main__":
    sys.exit(main())
