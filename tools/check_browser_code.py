"""Lint the code of the browser and run its unit tests: part of `make check`.

Input: include/cmms_ui/**/*.js, eslint.config.cjs, tests/browser_js/*.test.js. Output: what eslint and Node's test
runner say; exit code 1 when one of them finds something. Arguments are for the test runner:
`python -m tools.check_browser_code --test-name-pattern=zoom`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from cmms_ui.browser.text import SCRIPTS
from cmms_ui.make_script import make_texts
from tools.node_packages import PACKAGES, find_node, install_packages
from tools.state_folder import REPOSITORY, BootstrapError

CHECKED = ("include/cmms_ui", "tests/browser_js", "eslint.config.cjs")


def main() -> int:
    """Run both, also when the first one finds something; return the worse exit code."""
    try:
        install_packages()  # setup may have been without a network
    except BootstrapError as error:
        print(f"check: {error}", file=sys.stderr)
        return 1
    return max(lint(CHECKED), run_tests(sys.argv[1:]))


def lint(paths: Sequence[str]) -> int:
    """Run eslint over files and folders; return its exit code."""
    eslint = PACKAGES / "eslint/bin/eslint.js"
    return _run_node(str(eslint), "--config", "eslint.config.cjs", "--max-warnings=0", *paths)


def run_tests(arguments: Sequence[str]) -> int:
    """Run the tests with Node's own runner; return its exit code."""
    files = sorted(str(path) for path in (REPOSITORY / "tests/browser_js").glob("*.test.js"))
    return _run_node("--test", "--test-isolation=none", "--test-reporter=dot", *arguments, *files)


def _run_node(*arguments: str) -> int:
    """Tests and configuration find their packages by NODE_PATH: they are not beside them."""
    texts = make_texts(SCRIPTS)
    environment = os.environ | {"NODE_PATH": str(PACKAGES), "TZ": "Europe/Berlin", "BROWSER_TEXTS": texts}
    return subprocess.run([str(find_node()), *arguments], cwd=REPOSITORY, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
