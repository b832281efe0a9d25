# What one does with this project, each by one word. Every target makes what it needs: the first
# one that is called builds .venv from requirements.lock, and later ones find it ready.
# Further words for the program go into ARGS: make demo ARGS=--json

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
CODE := bot adapters jobs plumas_core
CHECKED := $(CODE) tests benchmarks
TEST_PROCESSES ?= 2

# The first Python on the path that is new enough; make PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then command -v $$name; break; fi; done)

# Makes the lock, and only the lock: nobody who runs the program needs it.
UV_VERSION := 0.13.9
LOCK_VENV := build/lock
LOCK_ARGS ?=

PIP := $(BIN)/python -m pip --disable-pip-version-check
DEPENDENCIES := $(VENV)/.dependencies-installed
READY := $(VENV)/.project-installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check bench run lock clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile

demo: $(READY) ## play a whole duel, offline
	@$(BIN)/plumas demo $(ARGS)

run: $(READY) ## serve Discord, Telegram and the jobs, as .env says
	@$(BIN)/plumas run $(ARGS)

test: $(READY) ## run all tests
	@$(BIN)/python -m pytest -q -n $(TEST_PROCESSES) --dist worksteal $(ARGS)

check: $(READY) ## format, lint, types, imports, dead code, prices
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict $(CHECKED)
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/python -m pytest -q tests/plumas_core/catalog/test_public_prices.py

bench: $(READY) ## measure, and write benchmarks/latest.json
	@$(BIN)/python -m benchmarks $(ARGS)

lock: ## write requirements.lock anew; LOCK_ARGS=--upgrade takes the newest versions
	$(call need_python)
	$(PYTHON) -m venv $(LOCK_VENV)
	$(LOCK_VENV)/bin/python -m pip --disable-pip-version-check install --quiet uv==$(UV_VERSION)
	$(LOCK_VENV)/bin/uv --no-config pip compile pyproject.toml --group dev --quiet \
		--universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
		--no-annotate --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --output-file requirements.lock $(LOCK_ARGS)

clean: ## remove what make made, but no settings and no database
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -f benchmarks/latest.json
	find $(CHECKED) -type d -name __pycache__ -prune -exec rm -rf {} +

define need_python
@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none was found." >&2; exit 1; }
endef

$(DEPENDENCIES): requirements.lock
	$(call need_python)
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.lock
	@touch $@

# Nothing is downloaded here: the build backend is in the lock too. A lock that lags behind
# pyproject.toml is found by the check.
$(READY): $(DEPENDENCIES) pyproject.toml
	$(PIP) install --quiet --no-deps --no-index --no-build-isolation --editable .
	@$(PIP) check >$(VENV)/.conflicts || \
		{ cat $(VENV)/.conflicts >&2; echo "requirements.lock is out of date: make lock" >&2; exit 1; }
	@touch $@
