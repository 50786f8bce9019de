# Everything a person runs here. `make` alone lists it.
# ARGS goes to the program behind a target: make demo ARGS=--exit, make test ARGS="tests/unit -k parse"

PYTHON ?= python3
VENV := .venv/bin/python
ARGS ?=
# The domain package lives in include/, the bootstrap in tools/.
export PYTHONPATH := include:.

.DEFAULT_GOAL := help
.PHONY: help setup demo stop screenshots test check format wheel bench backtest load scale chaos features lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## Install what is missing: system packages, .venv, Python and Node packages
	@command -v $(PYTHON) >/dev/null || { echo "setup: Python 3.11 is needed; on Debian or Ubuntu, as root: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -m tools.setup

demo: setup ## From nothing to a synced database and an open Airflow; Ctrl-C ends it (ARGS=--exit: stop after the syncs)
	@$(VENV) -m tools.demo $(ARGS)

stop: ## End a demo that runs in another terminal, or what a killed one left
	@$(PYTHON) -m tools.stop

screenshots: setup ## Take the README's pictures of a demo that runs
	@$(VENV) -m tools.screenshots

# All of them on two workers, as many wait (tests/lanes.py); chosen ones in one process, where a debugger works.
test: setup ## Run the tests, all or those of ARGS (for pytest)
	@$(VENV) -m pytest $(or $(ARGS),--numprocesses=2)

check: setup ## Format, lint, types, unit tests of the browser code, secrets, known vulnerabilities; changes nothing
	@$(VENV) -m ruff format --check .
	@$(VENV) -m ruff check .
	@$(VENV) -m mypy include/cmms include/cmms_ui tools dags plugins config
	@$(VENV) -m tools.check_browser_code
	@git ls-files -z -- ':!tests' | xargs -0 .venv/bin/detect-secrets-hook --cores 2
	@git ls-files -z -- tests | xargs -0 .venv/bin/detect-secrets-hook --cores 2 --disable-plugin KeywordDetector --disable-plugin BasicAuthDetector # fakes hold made-up passwords
	@$(VENV) -m tools.audit

format: setup ## Format the code and mend what ruff can mend
	@$(VENV) -m ruff check --fix-only .
	@$(VENV) -m ruff format .

wheel: setup ## Build dist/cmms_sync-<version>-py3-none-any.whl, which pip installs into a site's Airflow
	@$(VENV) -m hatchling build -t wheel

bench: setup ## Measure the speed (ARGS for the benchmark)
	@$(VENV) -m benchmarks $(ARGS)

backtest: setup ## Can the forecast be trusted? On aircraft hours, a proxy, and on made-up machines (ARGS="--machines 500")
	@$(VENV) -m benchmarks.backtest $(ARGS)

load: setup ## A million machines, ten million readings: time and memory against the time-outs (ARGS for smaller sizes)
	@$(VENV) -m benchmarks.large_load $(ARGS)

scale: setup ## Measure what more Celery workers bring (ARGS for the measurement)
	@$(VENV) -m benchmarks.scale_out $(ARGS)

chaos: setup ## A real Airflow under syncs, readers, editors and kills; then every invariant (ARGS="--minutes 10 --seed 7")
	@$(VENV) -m tests.chaos $(ARGS)

features: setup ## Which features of docs/features.md have a test, which have none
	@$(VENV) -m tools.list_features $(ARGS)

lock: setup ## Compile requirements*.in into fully pinned requirements*.txt, package.json into package-lock.json
	@$(VENV) -m pip install -q uv
	@$(VENV) -m uv pip compile -q --generate-hashes --no-emit-package pip --no-emit-index-url --python-version 3.11 requirements.in -o requirements.txt
	@$(VENV) -m uv pip compile -q --generate-hashes --no-emit-package pip --no-emit-index-url --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	@for python in 3.11 3.12; do $(VENV) -m uv pip compile -q --all-extras --no-emit-index-url --python-version $$python pyproject.toml -o /dev/null || exit 1; done # the wheel's ranges
	@$(VENV) -m tools.node_packages --lock

clean: stop ## Remove all state: demo data, fetched servers, .venv, caches
	@rm -rf .cmms .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
