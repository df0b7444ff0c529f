# Two commands on a bare machine with Python 3.11 or newer, pip and GNU make: `make demo` and `make test`.
# Each does all of its own set-up in .venv and does nothing twice. `make help` lists the rest.

SHELL := /bin/sh
VENV  := .venv
BIN   := $(VENV)/bin
PIP   := $(BIN)/python -m pip --disable-pip-version-check -qq
# Byte-compiling every module of every dependency takes longer than importing the few that are used. Those few are to be
# compiled once, not in every process, also where the environment (many a container's) forbids writing bytecode.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(PIP) install --no-compile -c constraints.txt

# The first interpreter that runs and that every pinned dependency has wheels for; `make PYTHON=/path/to/python` overrides.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1 && echo $$p && break; done)

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench soak constraints chromium clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/.installed ## set up, run the main job on the embedded market, leave a report
	@$(BIN)/alvh demo

test: lint chromium ## set up and run every check: lint, types, import contracts, tests, browser tests
	@$(BIN)/python -m pytest -n 2

lint: $(VENV)/.installed-dev ## ruff, the formatter's opinion, mypy --strict, import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## let ruff mend what it can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(VENV)/.installed-dev ## print every benchmark (never part of the tests)
	@for f in benchmarks/bench_*.py; do echo "== $$f"; $(BIN)/python $$f || exit 1; done

soak: $(VENV)/.installed-dev chromium ## the heavy form of the tests: many more generated examples
	@ALVH_SOAK=1 $(BIN)/python -m pytest -n 2

constraints: ## resolve every dependency afresh and rewrite constraints.txt
	@sh tools/constraints

# The browser tests draw the report in a Chromium. Where none is found and none can be had they skip with a reason:
# failing to get one is never a failure of the run.
chromium:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
	|| command -v google-chrome >/dev/null 2>&1 \
	|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 \
	     && echo "Installing Chromium for the browser tests" \
	     && { apt-get update && apt-get install -y --no-install-recommends chromium fonts-liberation; } \
	        >/dev/null 2>&1 </dev/null; } \
	|| echo "No Chromium here: the browser tests will skip"

# Stamps: what was installed last stays until the manifest or the pins change. hatchling comes first, so that the
# editable build uses the pinned one instead of fetching its own.
$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing alvh into $(VENV)"
	@$(INSTALL) hatchling editables
	@$(INSTALL) --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing the development tools"
	@$(INSTALL) --no-build-isolation -e '.[dev]'
	@touch $@

# Some systems split ensurepip off: there the system's own pip puts one into the environment.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "alvh needs Python 3.11 to 3.14: none found. Say 'make PYTHON=/path/to/python'."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 \
	|| { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install -qq pip; }
	@touch $@

clean: ## remove everything that make and the tools made, compiled kernels included
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
